//! A small XML tree, enough to read and write what AWS's XML services send: elements and text, no mixed content.

use quick_xml::{Reader, events::Event};
use std::fmt::{self, Display};

/// An element. Attributes are kept (S3's grantees have them) but not interpreted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    pub text: String,
}

impl Element {
    pub fn new(name: &str) -> Element {
        Element { name: name.to_owned(), ..Element::default() }
    }

    /// `<name>text</name>`
    pub fn leaf(name: &str, text: impl Display) -> Element {
        Element { name: name.to_owned(), text: text.to_string(), ..Element::default() }
    }

    pub fn with(mut self, child: Element) -> Element {
        self.children.push(child);
        self
    }

    pub fn attribute(mut self, name: &str, value: &str) -> Element {
        self.attributes.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn parse(bytes: &[u8]) -> Option<Element> {
        let mut reader = Reader::from_str(std::str::from_utf8(bytes).ok()?);
        let mut open: Vec<Element> = Vec::new();
        loop {
            let closed = match reader.read_event().ok()? {
                Event::Start(tag) => {
                    open.push(start(&tag)?);
                    None
                }
                Event::Empty(tag) => Some(start(&tag)?),
                Event::Text(text) => {
                    if let Some(top) = open.last_mut() {
                        top.text.push_str(&text);
                    }
                    None
                }
                Event::GeneralRef(entity) => {
                    if let Some(top) = open.last_mut() {
                        match entity.resolve_char_ref().ok()? {
                            Some(character) => top.text.push(character),
                            None => top.text.push_str(quick_xml::escape::resolve_predefined_entity(&entity)?),
                        }
                    }
                    None
                }
                Event::CData(text) => {
                    if let Some(top) = open.last_mut() {
                        top.text.push_str(&text);
                    }
                    None
                }
                Event::End(_) => open.pop(),
                Event::Eof => return None,
                _ => None,
            };
            if let Some(mut element) = closed {
                if !element.children.is_empty() {
                    element.text.clear(); // the white space between them
                }
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => return Some(element),
                }
            }
        }
    }

    /// The first child of that name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    pub fn child_mut(&mut self, name: &str) -> Option<&mut Element> {
        self.children.iter_mut().find(|child| child.name == name)
    }

    /// Follows names downwards, parted by slashes: `find("ViewerCertificate/SSLSupportMethod")`.
    pub fn find(&self, path: &str) -> Option<&Element> {
        path.split('/').try_fold(self, |element, name| element.child(name))
    }

    pub fn find_mut(&mut self, path: &str) -> Option<&mut Element> {
        path.split('/').try_fold(self, |element, name| element.child_mut(name))
    }

    /// The text at a path.
    pub fn text(&self, path: &str) -> Option<&str> {
        Some(self.find(path)?.text.as_str())
    }

    /// All descendants of that name, itself included.
    pub fn all<'a>(&'a self, name: &str) -> Vec<&'a Element> {
        let mut found = if self.name == name { vec![self] } else { vec![] };
        found.extend(self.children.iter().flat_map(|child| child.all(name)));
        found
    }

    /// Visits itself and all descendants, to change them.
    pub fn visit(&mut self, change: &mut impl FnMut(&mut Element)) {
        change(self);
        for child in &mut self.children {
            child.visit(change);
        }
    }

    /// Puts a child in place of the one of the same name, or at the end.
    pub fn set(&mut self, child: Element) {
        match self.child_mut(&child.name) {
            Some(old) => *old = child,
            None => self.children.push(child),
        }
    }
}

fn start(tag: &quick_xml::events::BytesStart) -> Option<Element> {
    let mut element = Element::new(tag.name().as_ref());
    for attribute in tag.attributes().flatten() {
        let name = attribute.key.as_ref().to_owned();
        element.attributes.push((name, quick_xml::escape::unescape(&attribute.value).ok()?.into_owned()));
    }
    Some(element)
}

impl Display for Element {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "<{}", self.name)?;
        for (name, value) in &self.attributes {
            write!(out, " {name}=\"{}\"", quick_xml::escape::escape(value))?;
        }
        write!(out, ">{}", quick_xml::escape::partial_escape(&self.text))?;
        for child in &self.children {
            child.fmt(out)?;
        }
        write!(out, "</{}>", self.name)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        let text = r#"<A x="1&lt;"><B>a &amp; &#65;</B><C></C><D><E>1</E><E>2</E></D></A>"#;
        let element = Element::parse(format!("<?xml version=\"1.0\"?>\n{text}").as_bytes()).unwrap();
        assert_eq!(element.text("B"), Some("a & A"));
        assert_eq!(element.all("E").len(), 2);
        assert_eq!(element.to_string(), text.replace("&#65;", "A"));
    }
}
