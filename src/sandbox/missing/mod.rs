//! Operations that moto lacks, one file per service. Each answers its operations out of its own state, tells what it
//! holds, forgets it on reset, and sends everything else on to moto.

mod clock;
mod cloudfront;
pub mod ivs;
mod lambda;
mod mediaconvert;
mod pages;
mod refusal;

use crate::layer::Layer;

/// They stand side by side: no two answer the same operation.
pub(crate) fn layers() -> Vec<Box<dyn Layer>> {
    vec![
        Box::new(cloudfront::CloudFront::default()),
        Box::new(ivs::Ivs::default()),
        Box::new(lambda::Lambda),
        Box::new(mediaconvert::MediaConvert::default()),
    ]
}
