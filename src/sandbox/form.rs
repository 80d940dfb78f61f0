//! The parameters of the query protocol: `Action=…&Filter.1.Name=…`, with its numbered lists.

/// Ordered name-value pairs.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    pub fn parse(text: &[u8]) -> Form {
        Form(form_urlencoded::parse(text).into_owned().collect())
    }

    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Sets or replaces one.
    pub fn set(&mut self, name: &str, value: &str) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = value.to_owned(),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Takes away all whose name passes.
    pub fn remove(&mut self, gone: impl Fn(&str) -> bool) {
        self.0.retain(|(key, _)| !gone(key));
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The values of a list of scalars, in order: `GroupId.1=a&GroupId.2=b` → `[a, b]`; `GroupIds.member.1` likewise
    /// when asked for `GroupIds.member`.
    pub fn list(&self, name: &str) -> Vec<&str> {
        (1..).map_while(|index| self.get(&format!("{name}.{index}"))).collect()
    }

    /// The members of a list of structures, each as a form of its own: `Tag.1.Key=a&Tag.1.Value=b` → one form with
    /// `Key` and `Value`.
    pub fn members(&self, name: &str) -> Vec<Form> {
        let under = |index: usize| {
            let prefix = format!("{name}.{index}.");
            let found: Vec<_> = self
                .0
                .iter()
                .filter_map(|(key, value)| Some((key.strip_prefix(&prefix)?.to_owned(), value.clone())))
                .collect();
            (!found.is_empty()).then_some(Form(found))
        };
        (1..).map_while(under).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_structures_come_in_order() {
        let form = Form::parse(b"GroupId.1=a&GroupId.2=b%20c&Tag.1.Key=k&Tag.1.Value=v&Tag.2.Key=l");
        assert_eq!(form.list("GroupId"), ["a", "b c"]);
        let tags = form.members("Tag");
        assert_eq!((tags.len(), tags[0].get("Value"), tags[1].get("Value")), (2, Some("v"), None));
    }
}
