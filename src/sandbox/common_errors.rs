//! The errors that every service can give, under the name and status that each gives them. The codes are those of
//! botocore's models, of the services' pages "Common Errors", and for EC2 of
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>; for S3 of
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.

use crate::{
    call::{Call, Protocol},
    reply::Reply,
};

/// Too many requests.
pub(crate) fn throttled(call: &Call) -> Reply {
    let (status, code) = match call.service.as_str() {
        "ec2" => (503, "RequestLimitExceeded"),
        "s3" => (503, "SlowDown"),
        "sqs" => (403, "RequestThrottled"),
        "lambda" | "mediaconvert" | "ses" if call.protocol == Protocol::RestJson => (429, "TooManyRequestsException"),
        "cognito-identity" | "cognito-idp" | "servicequotas" => (400, "TooManyRequestsException"),
        "elasticloadbalancing" => (400, "ThrottlingException"),
        "tagging" => (400, "ThrottledException"),
        "monitoring" => (400, "Throttling"), // in all its protocols
        _ => match call.protocol {
            Protocol::RestJson => (429, "ThrottlingException"),
            Protocol::Json | Protocol::Cbor => (400, "ThrottlingException"),
            _ => (400, "Throttling"),
        },
    };
    let message = match call.service.as_str() {
        "ec2" => "Request limit exceeded.",
        "s3" => "Please reduce your request rate.",
        _ => "Rate exceeded",
    };
    Reply::error(call, status, code, message)
}

/// AWS's own fault.
pub(crate) fn failed(call: &Call) -> Reply {
    let code = match call.protocol {
        Protocol::Ec2 | Protocol::S3 => "InternalError",
        _ => "InternalFailure",
    };
    Reply::error(call, 500, code, "An internal error has occurred")
}

pub(crate) fn unavailable(call: &Call) -> Reply {
    let code = if call.protocol == Protocol::Ec2 { "Unavailable" } else { "ServiceUnavailable" };
    Reply::error(call, 503, code, "The server is overloaded and can't handle the request.")
}

/// The session's credentials have run out.
pub(crate) fn expired(call: &Call) -> Reply {
    let (status, code, message) = match call.protocol {
        Protocol::Ec2 => (400, "RequestExpired", "Request has expired."),
        Protocol::S3 => (400, "ExpiredToken", "The provided token has expired."),
        Protocol::Query | Protocol::RestXml => {
            (403, "ExpiredToken", "The security token included in the request is expired")
        }
        Protocol::RestJson => (403, "ExpiredTokenException", "The security token included in the request is expired"),
        Protocol::Json | Protocol::Cbor => {
            (400, "ExpiredTokenException", "The security token included in the request is expired")
        }
    };
    Reply::error(call, status, code, message)
}

/// The policies of who calls do not allow it.
pub(crate) fn denied(call: &Call) -> Reply {
    let (status, code) = match call.protocol {
        Protocol::Ec2 => (403, "UnauthorizedOperation"),
        _ if call.service == "sns" => (403, "AuthorizationError"),
        Protocol::S3 | Protocol::Query | Protocol::RestXml => (403, "AccessDenied"),
        Protocol::RestJson => (403, "AccessDeniedException"),
        Protocol::Json | Protocol::Cbor => (400, "AccessDeniedException"),
    };
    let message = match call.protocol {
        Protocol::Ec2 => "You are not authorized to perform this operation.".to_owned(),
        Protocol::S3 => "Access Denied".to_owned(),
        _ => format!(
            "User: arn:aws:iam::{}:user/test is not authorized to perform: {}:{}",
            crate::ACCOUNT,
            call.service,
            call.action
        ),
    };
    Reply::error(call, status, code, &message)
}
