//! State that a layer keeps in memory: things by region and id.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

type Things<T> = BTreeMap<(String, String), T>;

#[derive(Debug)]
pub struct Store<T>(Mutex<Things<T>>);

impl<T> Default for Store<T> {
    fn default() -> Self {
        Store(Mutex::default())
    }
}

impl<T: Clone> Store<T> {
    /// Puts one in, and gives back the one that was there.
    pub fn insert(&self, region: &str, id: &str, thing: T) -> Option<T> {
        self.lock().insert(key(region, id), thing)
    }

    pub fn get(&self, region: &str, id: &str) -> Option<T> {
        self.lock().get(&key(region, id)).cloned()
    }

    /// Changes one where it stands; `None` where there is none.
    pub fn update<R>(&self, region: &str, id: &str, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.lock().get_mut(&key(region, id)).map(change)
    }

    pub fn remove(&self, region: &str, id: &str) -> Option<T> {
        self.lock().remove(&key(region, id))
    }

    /// All of a region, ordered by id.
    pub fn list(&self, region: &str) -> Vec<T> {
        self.lock().iter().filter(|((place, _), _)| place == region).map(|(_, thing)| thing.clone()).collect()
    }

    /// All, each with its region and id.
    pub fn all(&self) -> Vec<(String, String, T)> {
        self.lock().iter().map(|((region, id), thing)| (region.clone(), id.clone(), thing.clone())).collect()
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Things<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(region: &str, id: &str) -> (String, String) {
    (region.to_owned(), id.to_owned())
}
