//! SDK errors as [`Failure`]s: what was tried, what AWS said, what to do.

use std::error::Error;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;
use bogosa_engine::{Failure, Result};

/// Names the call whose result this is: `.said("ec2 CreateVpc")?`.
pub trait Said<T> {
    fn said(self, what: impl Into<String>) -> Result<T>;
}

impl<T, E, R> Said<T> for std::result::Result<T, SdkError<E, R>>
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug,
{
    fn said(self, what: impl Into<String>) -> Result<T> {
        self.map_err(|error| {
            let (code, said) = match &error {
                SdkError::ServiceError(service) => {
                    let error = service.err();
                    let code = error.code().map(str::to_owned);
                    let said = error.message().map(str::to_owned);
                    // The error type's own words begin with "unhandled error"; better what AWS called it. Without
                    // either, the answer could not be read.
                    let said = said.or_else(|| code.clone()).unwrap_or_else(|| chain(error));
                    (code, said)
                }
                other => (None, chain(other)),
            };
            let mut failure = Failure::new(what, said);
            failure.hint = hint(code.as_deref(), &failure.said);
            failure.unseen = code.as_deref().is_some_and(|code| unseen(code, &failure.said));
            failure.code = code;
            failure
        })
    }
}

/// Whether this is what AWS says of something that it does not see yet, be it that it is not found, or that its name is
/// taken by what is not shown. Most of its APIs are eventually consistent:
/// <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>.
fn unseen(code: &str, said: &str) -> bool {
    const CODES: [&str; 4] = ["NotFound", "NoSuch", "DoesNotExist", "AlreadyExist"];
    const WORDS: [&str; 5] =
        ["does not exist", "not found", "cannot be assumed", "invalid principal", "is not authorized to assume"];
    let said = said.to_lowercase();
    CODES.iter().any(|part| code.contains(part)) || WORDS.iter().any(|words| said.contains(words))
}

/// What the services call it when the caller lacks a permission.
const DENIED: [&str; 5] = [
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "UnauthorizedOperation",
];

/// Whether the caller lacks a permission.
pub fn is_denied(failure: &Failure) -> bool {
    failure.is(&DENIED)
}

/// For the SDK's builders that check that nothing required is missing.
pub trait Built<T> {
    fn built(self) -> Result<T>;
}

impl<T> Built<T> for std::result::Result<T, BuildError> {
    fn built(self) -> Result<T> {
        self.map_err(|error| Failure::new("building a request", error.to_string()))
    }
}

/// The error and all its causes: the SDK's own text says "dispatch failure" and no more.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

fn hint(code: Option<&str>, said: &str) -> Option<String> {
    let hint = match code {
        Some("ExpiredToken" | "ExpiredTokenException" | "RequestExpired") => {
            "The credentials have expired. Renew them (`aws sso login`, or a new session), then run the same command again: it continues where it stopped."
        }
        Some(
            "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "AuthFailure",
        ) => {
            "AWS does not accept these credentials. Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_PROFILE; `aws sts get-caller-identity` shows who you are."
        }
        Some("OptInRequired") => {
            "The account is not signed up for this service or region. Enable it in the AWS console."
        }
        Some(code) if DENIED.contains(&code) => {
            "The credentials lack a permission; AWS names it above. `bogosa doctor --policy deploy` prints all that bogosa needs, `--policy audit` what reading does."
        }
        Some(code) if code.contains("LimitExceeded") && !code.contains("Request") => {
            "A quota of the account is used up. Ask for more under Service Quotas in the AWS console, or delete what is not needed."
        }
        Some(_) => return None,
        None if said.contains("credentials") => {
            "No usable credentials were found. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with `aws sso login`. To try bogosa without an account, pass --sandbox."
        }
        None if said.contains("dispatch failure") || said.contains("timeout") || said.contains("connect") => {
            "The endpoint does not answer. Check the network, the region's name and --endpoint-url; `bogosa sandbox status` tells whether a sandbox runs."
        }
        None => return None,
    };
    Some(hint.to_owned())
}
