//! Mail by SES.

use bogosa_shop::services::aws::ses::SesMailer;
use bogosa_shop::services::mail::{Mail, Mailer};

use super::{Cloud, send};
use crate::harness::TestApp;

/// How many mails SES has taken, by its first API: the second has no such figure of moto's.
async fn sent(cloud: &Cloud) -> String {
    let signed =
        "AWS4-HMAC-SHA256 Credential=test/20261128/us-east-1/ses/aws4_request, SignedHeaders=host, Signature=0";
    let headers = [("authorization", signed), ("content-type", "application/x-www-form-urlencoded")];
    let asked = b"Action=GetSendQuota&Version=2010-12-01";
    let (status, body) = send("POST", &format!("{}/", cloud.sandbox.endpoint), &headers, asked).await;
    assert_eq!(status, 200, "{body}");
    let (_, rest) = body.split_once("<SentLast24Hours>").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn mail_goes_out_for_addresses_that_are_verified() {
    let cloud = Cloud::start().await;
    let shop = TestApp::start_with(&[
        ("SHOP_TEST_AWS", &cloud.sandbox.endpoint),
        ("SHOP_MAIL", "ses"),
        ("SHOP_MAIL_FROM", "BOGOSA <shop@bogosa.example>"),
    ])
    .await;
    let mail =
        || Mail { to: "kim@example.com".into(), subject: "인증 번호".into(), body: "번호는 123456".into() };
    let strict = SesMailer::new(&cloud.config, &shop.app.config.mail_from, None);
    let error = format!("{:#}", strict.send(mail()).await.unwrap_err());
    assert!(error.contains("SES did not take a mail"), "{error}");
    // Developers verify nothing.
    shop.app.mail.send(mail()).await.unwrap();
    shop.mail_to("kim@example.com").await;
    assert_eq!(sent(&cloud).await.parse::<f64>().unwrap(), 0.0);

    let ses = aws_sdk_sesv2::Client::new(&cloud.config);
    ses.create_email_identity().email_identity("shop@bogosa.example").send().await.unwrap();
    strict.send(mail()).await.unwrap();
    shop.app.mail.send(mail()).await.unwrap();
    assert_eq!(sent(&cloud).await.parse::<f64>().unwrap(), 2.0);
    let copy = shop.mail_to("kim@example.com").await;
    assert_eq!((copy.subject.as_str(), copy.body.as_str()), ("인증 번호", "번호는 123456"));
}
