//! Pictures of the sample goods, in the shop's own style: flat paper cuts on the colours of the stall.

/// A thing (`thing`), the ground it lies on, and its colours.
#[derive(Clone, Copy, Debug)]
pub struct Drawing {
    pub ground: &'static str,
    pub body: &'static str,
    pub accent: &'static str,
    /// SVG shapes on 800 × 800; `{b}` is the body's colour, `{a}` the accent's, `{g}` the ground's.
    pub thing: &'static str,
}

/// From the front, and near: a product has more than one picture.
#[derive(Clone, Copy, Debug)]
pub enum View {
    Front,
    Near,
}

pub fn svg(drawing: &Drawing, view: View) -> String {
    let thing =
        drawing.thing.replace("{b}", drawing.body).replace("{a}", drawing.accent).replace("{g}", drawing.ground);
    let (turn, sun) = match view {
        View::Front => ("", "<circle cx='610' cy='190' r='96' fill='#f2b544'/>"),
        View::Near => (
            "translate(-280 -250) scale(1.6)",
            "<path d='M0 0h800v90q-50 60-100 0t-100 0-100 0-100 0-100 0-100 0-100 0-100 0z' fill='#b5341f'/>",
        ),
    };
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 800 800'><rect width='800' height='800' fill='{}'/>{sun}\
         <path d='M0 610q400-70 800 0v190H0z' fill='{}' opacity='.28'/><g transform='{turn}'>{thing}</g></svg>",
        drawing.ground, drawing.body
    )
}

/// Upright, before the sun: for broadcasts and announcements.
pub fn poster(drawing: &Drawing) -> String {
    let thing =
        drawing.thing.replace("{b}", drawing.body).replace("{a}", drawing.accent).replace("{g}", drawing.ground);
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 600 800'><rect width='600' height='800' fill='{}'/>\
         <circle cx='300' cy='420' r='225' fill='#f2b544' opacity='.85'/>\
         <path d='M0 640q300-60 600 0v160H0z' fill='{}' opacity='.3'/>\
         <g transform='translate(-40 120) scale(.85)'>{thing}</g></svg>",
        drawing.ground, drawing.body
    )
}

pub const BOWL: &str = "<ellipse cx='400' cy='650' rx='250' ry='34' opacity='.18'/><path d='M150 400h500c0 150-90 240-190 240H340c-100 0-190-90-190-240z' fill='{b}'/><ellipse cx='400' cy='400' rx='250' ry='52' fill='{a}'/><ellipse cx='400' cy='408' rx='205' ry='36' fill='{b}' opacity='.55'/><path d='M210 480q190 60 380 0' fill='none' stroke='{a}' stroke-width='12'/>";
pub const CUPS: &str = "<ellipse cx='400' cy='650' rx='280' ry='30' opacity='.18'/><path d='M170 430h190v120q0 90-95 90t-95-90z' fill='{b}'/><ellipse cx='265' cy='430' rx='95' ry='24' fill='{a}'/><path d='M440 380h210v150q0 110-105 110T440 530z' fill='{a}'/><ellipse cx='545' cy='380' rx='105' ry='27' fill='{b}'/><path d='M240 360q-30-40 0-80t0-80M520 310q-30-40 0-80t0-80' fill='none' stroke='{b}' stroke-width='10' stroke-linecap='round' opacity='.6'/>";
pub const CLOTH: &str = "<ellipse cx='400' cy='672' rx='230' ry='24' opacity='.18'/><path d='M330 250q-10-110 70-110t70 110' fill='none' stroke='{a}' stroke-width='20'/><path d='M316 240h168l24 170q90 10 96 40l16 210H180l16-210q6-30 96-40z' fill='{b}'/><path d='M204 450q-60 20-96 76M596 450q60 20 96 76' fill='none' stroke='{a}' stroke-width='18' stroke-linecap='round'/><path d='M300 500h200v70q0 30-30 30H330q-30 0-30-30z' fill='{a}'/><path d='M322 300h156' stroke='{a}' stroke-width='12'/>";
pub const PERSIMMONS: &str = "<ellipse cx='400' cy='650' rx='290' ry='32' opacity='.18'/><circle cx='290' cy='530' r='125' fill='{b}'/><circle cx='510' cy='530' r='125' fill='{b}'/><circle cx='400' cy='380' r='125' fill='{a}'/><path d='M340 285q60-40 120 0l-36 20 8 40-32-24-32 24 8-40zM232 432q58-36 116 0l-35 20-23 34-23-34zM452 432q58-36 116 0l-35 20-23 34-23-34z' fill='#17634f'/>";
pub const BOOKS: &str = "<ellipse cx='400' cy='660' rx='280' ry='26' opacity='.18'/><path d='M160 560h470v90H160z' fill='{b}'/><path d='M200 450h430v100H200z' fill='{a}'/><path d='M180 360h400v80H180z' fill='{b}'/><path d='M160 580h40v50h-40zM200 470h40v60h-40zM180 376h40v48h-40z' fill='{g}'/><path d='M250 180h260v160H250z' fill='{a}' transform='rotate(-8 380 260)'/><path d='M290 220h180M290 256h130' stroke='{g}' stroke-width='12' transform='rotate(-8 380 260)'/>";
pub const LAMP: &str = "<ellipse cx='400' cy='664' rx='170' ry='24' opacity='.18'/><path d='M380 430h40v200h-40z' fill='{b}'/><path d='M270 620h260v36H270z' fill='{b}'/><path d='M290 190h220l80 250H210z' fill='{a}'/><path d='M290 190h220l16 50H274zM226 390h348l16 50H210z' fill='{b}' opacity='.6'/>";
pub const CHAIR: &str = "<ellipse cx='400' cy='672' rx='220' ry='24' opacity='.18'/><path d='M240 180h40v490h-40zM520 180h40v490h-40z' fill='{b}'/><path d='M240 210h320v60H240zM240 310h320v44H240z' fill='{a}'/><path d='M210 440h380v56H210z' fill='{a}'/><path d='M270 570h260v26H270z' fill='{b}'/>";
pub const JAR: &str = "<ellipse cx='400' cy='660' rx='210' ry='30' opacity='.18'/><path d='M330 200h140v50c130 40 190 130 190 220 0 110-110 180-260 180s-260-70-260-180c0-90 60-180 190-220z' fill='{b}'/><ellipse cx='400' cy='200' rx='84' ry='20' fill='{a}'/><path d='M148 440q126 70 252 0t252 0' fill='none' stroke='{a}' stroke-width='22'/>";
pub const MOON: &str = "<ellipse cx='400' cy='664' rx='200' ry='28' opacity='.18'/><path d='M346 186h108v34c140 28 222 124 222 236 0 124-116 204-276 204s-276-80-276-204c0-112 82-208 222-236z' fill='{b}'/><ellipse cx='400' cy='186' rx='60' ry='14' fill='{a}'/><path d='M196 372q-40 96 26 178' fill='none' stroke='{a}' stroke-width='16' stroke-linecap='round'/><path d='M150 430q250 96 500 0' fill='none' stroke='{a}' stroke-width='8' opacity='.5'/>";
pub const OCTOPUS: &str = "<ellipse cx='400' cy='672' rx='280' ry='26' opacity='.18'/><path d='M284 470q-20 140-116 140-64 0-58-62M322 490q-10 160-110 164M376 500q4 130-46 160M424 500q-4 130 46 160M478 490q10 160 110 164M516 470q20 140 116 140 64 0 58-62' fill='none' stroke='{b}' stroke-width='46' stroke-linecap='round'/><path d='M400 150c-120 0-196 92-196 196 0 76 30 126 68 170h256c38-44 68-94 68-170 0-104-76-196-196-196z' fill='{b}'/><circle cx='338' cy='390' r='30' fill='{g}'/><circle cx='462' cy='390' r='30' fill='{g}'/><circle cx='344' cy='396' r='13'/><circle cx='456' cy='396' r='13'/><path d='M368 448q32 26 64 0' fill='none' stroke='{a}' stroke-width='12' stroke-linecap='round'/><path d='M300 250q36-46 86-50' fill='none' stroke='{a}' stroke-width='14' stroke-linecap='round' opacity='.8'/>";
pub const ANCHOVIES: &str = "<ellipse cx='400' cy='672' rx='280' ry='24' opacity='.18'/><g fill='{b}'><path d='M180 300q110-90 270 0-160 90-270 0z' transform='rotate(-18 330 300)'/><path d='M440 262l92-44-20 52 44 40z' transform='rotate(-4 470 262)'/><path d='M250 390q120-90 280 0-160 90-280 0z' transform='rotate(10 390 390)'/><path d='M512 412l104-26-36 46 26 56z'/></g><circle cx='212' cy='344' r='9' fill='{g}'/><circle cx='296' cy='376' r='9' fill='{g}'/><path d='M150 430h500v230H150z' fill='{a}'/><path d='M150 430h500v46H150z' opacity='.14'/><path d='M230 520h340v90H230z' fill='{g}'/><path d='M268 566q60-46 150 0-90 46-150 0zM420 566l46-24v48z' fill='{b}'/>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_colour_is_left_out() {
        for thing in [BOWL, CUPS, CLOTH, PERSIMMONS, BOOKS, LAMP, CHAIR, JAR, MOON, OCTOPUS, ANCHOVIES] {
            let drawing = Drawing { ground: "#fff", body: "#000", accent: "#f00", thing };
            for drawn in [svg(&drawing, View::Front), svg(&drawing, View::Near), poster(&drawing)] {
                assert!(!drawn.contains('{') && drawn.contains("#f00"), "{drawn}");
            }
        }
    }
}
