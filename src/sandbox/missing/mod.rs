//! Services, or large parts of one, that moto lacks: a file or a folder each. Each answers its operations out of its own
//! state, tells what it holds, forgets it on reset, and sends everything else on to moto. (A single operation that works
//! on what moto holds is added inside moto, in `moto/corrections/`.)

mod clock;
mod cloudfront;
pub(crate) mod cloudtrail;
pub mod ivs;
mod lambda;
pub(crate) mod mediaconvert;
mod pages;
mod refusal;

use crate::layer::Layer;
use ivs::Ivs;
use mediaconvert::MediaConvert;
use std::sync::Arc;

/// They stand side by side: no two answer the same operation.
pub(crate) fn layers(mediaconvert: &Arc<MediaConvert>, ivs: &Arc<Ivs>) -> Vec<Box<dyn Layer>> {
    vec![
        Box::new(cloudfront::CloudFront::default()),
        Box::new(Arc::clone(ivs)),
        Box::new(lambda::Lambda),
        Box::new(Arc::clone(mediaconvert)),
    ]
}
