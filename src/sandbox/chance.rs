//! Choices that look random and follow from the seed: the same seed and the same circumstances choose the same.

/// A number out of the seed and what it is chosen for; all bits are equally likely.
pub fn number(seed: u64, what_for: &[&dyn AsRef<[u8]>]) -> u64 {
    // FNV-1a over everything, each part with its end marked, …
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    seed.to_le_bytes().into_iter().for_each(&mut add);
    for part in what_for {
        part.as_ref().iter().copied().for_each(&mut add);
        add(0xff);
    }
    // … and the finish of SplitMix64, since FNV's high bits hardly move.
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

/// A part of one: 0 or more, and less than 1.
pub fn part(seed: u64, what_for: &[&dyn AsRef<[u8]>]) -> f64 {
    (number(seed, what_for) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_chooses_the_same_again_and_evenly() {
        let all: Vec<f64> = (0..10_000_u64).map(|n| part(7, &[&"x", &n.to_le_bytes()])).collect();
        assert_eq!(all[3], part(7, &[&"x", &3_u64.to_le_bytes()]));
        let mean = all.iter().sum::<f64>() / 10_000.0;
        assert!((0.48..0.52).contains(&mean), "{mean}");
        let rare = all.iter().filter(|part| **part < 0.03).count();
        assert!((230..370).contains(&rare), "{rare}");
        assert_ne!(number(1, &[&"a"]), number(2, &[&"a"]));
    }
}
