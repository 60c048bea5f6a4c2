//! What the page does with the world: it says how it should be, and asks what it is like.

use drvlab_cache::BinaryCache;
use drvlab_cache::binary_cache::Archive;
use drvlab_cache::export::export;
use drvlab_cache::size;
use tsify::{Ts, Tsify as _};
use wasm_bindgen::prelude::*;

use crate::diagnostics::text;
use crate::model::Entry;
use crate::model::run::{
    CacheContents, CacheState, CachedObject, ExportedCache, ExportedFile, RunReport, WorldInput,
    WorldReport,
};
use crate::workspace::Workspace;

#[wasm_bindgen]
impl Workspace {
    /// Says what a file was in the beginning, which is what it was at events that do not name its text.
    #[wasm_bindgen(js_name = setOriginal)]
    pub fn set_original(&mut self, path: &str, text: Option<String>) {
        self.past.set_original(path, text.as_deref());
    }

    /// Hands over an archive that a cache's `path` can name, or with `#unpacked` behind the path one with what its NARs unpack to.
    pub fn upload(&mut self, path: &str, bytes: &[u8]) {
        // Caches that were opened without it are opened again.
        self.scene.begin_anew();
        self.turned_scene.begin_anew();
        self.past.uploads.insert(path.to_owned(), bytes.into());
    }

    /// Brings the world to where it should be, from where it is or from its beginning. One that makes no sense, as links and files of
    /// other origin can have it, is a problem in the report; then the world stays as it is.
    ///
    /// # Errors
    /// None that the user can cause.
    #[wasm_bindgen(js_name = setWorld)]
    pub fn set_world(&mut self, world: Ts<WorldInput>) -> Result<Ts<WorldReport>, JsError> {
        match world.to_rust() {
            Ok(world) => self.world = world,
            Err(error) => {
                let mut report = self.world_report();
                report.problems = vec![format!("the world makes no sense: {error}")];
                return Ok(report.into_ts()?);
            }
        }
        self.past
            .set_subject(&self.world.file, &self.world.attr_path);
        let entry = Entry {
            file: self.world.file.clone(),
            attr_path: self.world.attr_path.clone(),
            empty_store: false,
            content_addressed: false,
        };
        self.scene_of(&entry);
        Ok(self.world_report().into_ts()?)
    }

    /// Tells what the dry run says of the last evaluation and what Nix does.
    ///
    /// # Errors
    /// None that the user can cause.
    pub fn run(&mut self) -> Result<Ts<RunReport>, JsError> {
        Ok(self.run_current().into_ts()?)
    }

    /// Lists what is in a cache, up to a number of store objects; nothing if there is no such cache.
    ///
    /// # Errors
    /// None that the user can cause.
    #[wasm_bindgen(js_name = cacheContents)]
    pub fn cache_contents(&self, url: &str, limit: u32) -> Result<Ts<CacheContents>, JsError> {
        let mut contents = CacheContents::default();
        if let Some(cache) = self.cache(url) {
            let mut info = cache.info().clone();
            info.store_dir
                .get_or_insert_with(|| cache.store_dir().as_str().into());
            contents.info = text(&info.to_bytes());
            let infos = cache.narinfos();
            let shown = infos.iter().take(limit as usize);
            contents.objects = shown
                .map(|info| CachedObject {
                    path: self.store_dir.display(&info.path),
                    narinfo: text(&info.to_bytes(cache.store_dir())),
                    real: matches!(cache.stored_archive(info), Archive::File(_)),
                })
                .collect();
        }
        Ok(contents.into_ts()?)
    }

    /// Returns a cache as files that the reference reads.
    ///
    /// # Errors
    /// None that the user can cause.
    #[wasm_bindgen(js_name = exportCache)]
    pub fn export_cache(&self, url: &str) -> Result<Ts<ExportedCache>, JsError> {
        let mut exported = ExportedCache::default();
        if let Some(cache) = self.cache(url) {
            let written = export(cache);
            let files = written.files.into_iter();
            exported.files = files
                .map(|(name, bytes)| ExportedFile { name, bytes })
                .collect();
            exported.left_out = written.left_out;
        }
        Ok(exported.into_ts()?)
    }
}

impl Workspace {
    fn cache(&self, url: &str) -> Option<&BinaryCache> {
        let mut caches = self.scene.world.caches.iter();
        caches.find(|cache| **cache.name() == *url)
    }

    fn world_report(&self) -> WorldReport {
        let scene = &self.scene;
        let world = &scene.world;
        let (hits, misses, first) = world.memory.summary(&world.settings.times_to_live);
        WorldReport {
            problems: scene.problems.clone(),
            published: scene.last_published.map(|count| count as u32),
            caches: world
                .caches
                .iter()
                .map(|cache| self.cache_state(cache))
                .collect(),
            local: world.local.len() as u32,
            now: world.memory.now as f64,
            remembered_hits: hits as u32,
            remembered_misses: misses as u32,
            first_miss_ends: first.map(|seconds| seconds as f64),
        }
    }

    fn cache_state(&self, cache: &BinaryCache) -> CacheState {
        let infos = cache.narinfos();
        let unpacked = infos
            .iter()
            .fold(0_u64, |sum, info| sum.wrapping_add(info.nar_size));
        let mut not_unpacked: Vec<String> = Vec::new();
        for info in &infos {
            let method = text(&info.compression);
            let read_here =
                matches!(method.as_str(), "none" | "gzip") || cache.unpacked(&info.url).is_some();
            if !read_here
                && !not_unpacked.contains(&method)
                && matches!(cache.stored_archive(info), Archive::File(_))
            {
                not_unpacked.push(method);
            }
        }
        CacheState {
            url: cache.name().to_string(),
            priority: cache.priority(),
            objects: infos.len() as u32,
            broken: cache.broken() as u32,
            realisations: cache.realisations().len() as u32,
            unpacked: size::render(unpacked),
            not_unpacked,
        }
    }
}
