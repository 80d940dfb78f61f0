//! Random graphs and edits from a seed.

use bogosa_engine::*;

use crate::fake::{kind_name, node};

/// SplitMix64.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).unwrap()
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// Up to three resources of each kind, each referring to some of earlier kinds.
pub fn graph(random: &mut Random) -> Graph {
    let mut graph = Graph::default();
    let mut earlier: Vec<Address> = Vec::new();
    for kind in 0..5 {
        let names: Vec<usize> = (0..random.below(4)).collect();
        let mut made = Vec::new();
        for name in names {
            let refs: Vec<Address> = earlier.iter().filter(|_| kind != 2 && random.chance(40)).cloned().collect();
            let (text, fixed) = (random.below(3), random.below(2));
            let node = node(kind, &format!("n{name}"), &text.to_string(), &fixed.to_string(), &refs);
            made.push(Address::new(kind_name(kind), format!("n{name}")));
            graph.insert(node);
        }
        earlier.extend(made);
    }
    graph
}

/// How many seeds to try, and from where.
pub fn seeds(default: u64) -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("BOGOSA_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("BOGOSA_RUNS").unwrap_or(default),
    }
}

/// Runs a test for each seed and names the seed of a failure.
pub fn each_seed<F: Future<Output = ()>>(default: u64, test: impl Fn(u64) -> F) {
    each_of(seeds(default), test);
}

/// The same for seeds that once failed.
pub fn each_of<F: Future<Output = ()>>(seeds: impl IntoIterator<Item = u64>, test: impl Fn(u64) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for seed in seeds {
        let run = std::panic::AssertUnwindSafe(|| runtime.block_on(test(seed)));
        if let Err(panic) = std::panic::catch_unwind(run) {
            #[allow(clippy::print_stderr)]
            {
                eprintln!("failed with BOGOSA_SEED={seed}");
            }
            std::panic::resume_unwind(panic);
        }
    }
}
