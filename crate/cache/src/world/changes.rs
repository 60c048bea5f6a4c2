//! What is changed in a world while it goes on: settings, caches, builds, and what happens next.
//!
//! A [`WorldFile`] says how a world began. Other settings hold from when they are changed: what happened before
//! happened under the former ones.

use drvlab_store::OrderedMap;

use drvlab_store::StoreDir;
use serde::Deserialize;
#[cfg(feature = "tsify")]
use tsify::Tsify;

use super::{Loader, World, WorldError, conditions, configure, open, simulation};
use crate::world_file::{BuildFile, CacheFile, Event, SettingsFile, WorldFile};

/// A change to a world.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "tsify", derive(Tsify), tsify(hashmap_as_object))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum WorldChange {
    /// The client has these settings now; those that are absent have the reference's defaults.
    Settings(Box<SettingsFile>),
    /// These are the caches now, in this order. One whose URL was there keeps its contents.
    Caches(Vec<CacheFile>),
    /// This is said about builds now.
    Builds(
        #[cfg_attr(feature = "tsify", tsify(type = "Record<string, BuildFile>"))]
        OrderedMap<String, BuildFile>,
    ),
    /// Everything is taken out of a cache.
    Clear {
        /// Its URL.
        cache: String,
    },
    /// The client forgets what caches answered.
    Forget {},
    /// Something happens.
    Happen(Event),
    /// The world is another one, which begins as a file says.
    Load(Box<WorldFile>),
}

impl World {
    /// Changes something. After an error the world is as before.
    ///
    /// # Errors
    /// The change contradicts itself, there is no such cache, or something cannot be evaluated, opened or built.
    pub fn change(
        &mut self,
        change: &WorldChange,
        loader: &mut dyn Loader,
    ) -> Result<(), WorldError> {
        match change {
            WorldChange::Settings(file) => self.settings = self.read_settings(file)?,
            WorldChange::Caches(files) => self.set_caches(files, loader)?,
            WorldChange::Builds(builds) => self.builder.simulation = simulation(builds),
            WorldChange::Clear { cache } => self.cache(cache)?.clear(),
            WorldChange::Forget {} => self.memory.forget(),
            WorldChange::Happen(event) => self.happen(event, loader)?,
            WorldChange::Load(file) => *self = Self::new(file, loader)?,
        }
        Ok(())
    }

    /// Replaces the caches; contents stay with URLs.
    fn set_caches(
        &mut self,
        files: &[CacheFile],
        loader: &mut dyn Loader,
    ) -> Result<(), WorldError> {
        // Everything that can fail comes first.
        let store_dir = StoreDir::default();
        let mut prepared = Vec::with_capacity(files.len());
        for file in files {
            if let Some(key) = &file.key {
                self.key(key)?;
            }
            let is_known = self.caches.iter().any(|cache| **cache.name() == *file.url);
            let opened = if is_known {
                None
            } else {
                Some(open(file, loader)?)
            };
            prepared.push((file, conditions(file, &store_dir)?, opened));
        }
        let mut before = std::mem::take(&mut self.caches);
        self.signs.clear();
        for (file, conditions, opened) in prepared {
            let known = before
                .iter()
                .position(|cache| **cache.name() == *file.url)
                .map(|index| before.remove(index));
            // A URL that is listed twice has its contents once.
            let Some(mut cache) = opened.or(known) else {
                continue;
            };
            configure(&mut cache, file, conditions);
            if let Some(key) = &file.key {
                self.signs.insert(file.url.clone(), key.clone());
            }
            self.caches.push(cache);
        }
        Ok(())
    }
}
