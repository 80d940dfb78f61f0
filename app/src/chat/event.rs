//! What viewers are told, and what they may say: the JSON on the socket and on the bus.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Something that every viewer has to learn exactly once, in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub seq: i64,
    #[serde(flatten)]
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    Message(Shown),
    /// Also in place of a message that was deleted before it could be replayed.
    Deleted {
        id: i64,
    },
    Slow {
        seconds: i64,
    },
    Pinned {
        product: Option<i64>,
    },
    Started,
    Ended,
}

/// A message as viewers see it: no member's id, for they are nobody's business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    pub id: i64,
    pub nickname: String,
    /// Whoever broadcasts wrote it.
    pub seller: bool,
    pub notice: bool,
    pub body: String,
    pub offset_ms: i64,
    pub at: DateTime<Utc>,
}

/// What instances tell one another about a room. Losing one does no harm: events are read again from the log, the
/// other figures come again.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feed {
    Events(Vec<Event>),
    Viewers(i64),
    Hearts(i64),
    /// The member may not stay.
    Kick(i64),
}

/// What a viewer's browser sends.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    /// `client_id` is the browser's own: the same one sent again is the same message.
    Message {
        client_id: String,
        body: String,
    },
    Heart {},
}

/// What a browser is told besides the events; those come as `{"type":"events","events":[…]}`.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Tell<'a> {
    Hello {
        seq: i64,
        can_write: bool,
    },
    /// Too much was missed: the list begins anew after this number.
    Reset {
        seq: i64,
    },
    Ack {
        client_id: &'a str,
        seq: i64,
        id: i64,
    },
    Error {
        code: &'a str,
        message: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        client_id: Option<&'a str>,
    },
    Viewers {
        count: i64,
    },
    Hearts {
        count: i64,
    },
    /// Units left of each variant on sale.
    Stock {
        variants: &'a std::collections::BTreeMap<i64, i64>,
    },
}

impl Tell<'_> {
    pub fn text(&self) -> String {
        // Numbers and strings: this cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_keep_their_form_on_the_bus() {
        let event = Event { seq: 7, what: What::Pinned { product: None } };
        let text = serde_json::to_string(&Feed::Events(vec![event.clone()])).unwrap();
        assert_eq!(text, r#"{"events":[{"seq":7,"kind":"pinned","product":null}]}"#);
        let Feed::Events(back) = serde_json::from_str(&text).unwrap() else { panic!("{text}") };
        assert_eq!(back, [event]);
    }

    #[test]
    fn only_what_is_known_may_be_asked() {
        let good = r#"{"type":"message","client_id":"a","body":"안녕"}"#;
        assert!(serde_json::from_str::<Ask>(good).is_ok());
        assert_eq!(serde_json::from_str::<Ask>(r#"{"type":"heart"}"#).unwrap(), Ask::Heart {});
        for bad in [
            "",
            "1",
            "[]",
            "{}",
            r#"{"type":"delete","id":1}"#,
            r#"{"type":"message","body":"no id"}"#,
            r#"{"type":"message","client_id":1,"body":"x"}"#,
            r#"{"type":"message","client_id":"a","body":"x","seller":true}"#,
        ] {
            assert!(serde_json::from_str::<Ask>(bad).is_err(), "{bad}");
        }
    }
}
