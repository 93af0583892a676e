//! What was dropped or picked, as paths and files.
//!
//! A folder comes as an entry that has to be walked, asynchronously; files come as they are. The
//! entries have to be taken while the drop event is being handled: afterwards the list is empty.

use std::future::Future;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemDirectoryReader,
    FileSystemEntry, FileSystemFileEntry,
};

use crate::source::{self, Source};
use engine::protocol::UserError;

/// Files and folders of a drop, still to be walked.
pub type Entries = Vec<FileSystemEntry>;

/// What a drop holds, taken while its event was handled.
#[derive(Clone, Debug)]
pub enum Dropped {
    /// Files only.
    Files(Source<File>),
    /// At least one folder, still to be walked by [`walk`].
    Folder {
        /// What to call it.
        name: String,
        /// Its top level.
        entries: Entries,
    },
    /// Something else: a text, a link.
    Nothing,
}

/// Takes what a drop holds.
pub fn take(transfer: &DataTransfer) -> Dropped {
    let items = transfer.items();
    let entries: Entries = (0..items.length())
        .filter_map(|index| items.get(index))
        .filter_map(|item| item.webkit_get_as_entry().ok().flatten())
        .collect();
    let files = transfer.files();
    let files = files
        .iter()
        .flat_map(|list| (0..list.length()).filter_map(|at| list.get(at)));
    of(entries, files.collect())
}

/// Where `www/start.js` keeps what was dropped before the page had started.
const EARLY: &str = "flarescopeEarly";

/// Takes what was dropped before the page listened, and tells who listened so far to stop.
pub fn take_early() -> Dropped {
    let early = Reflect::get(&js_sys::global(), &EARLY.into()).unwrap_or_default();
    let part = |name: &str| Reflect::get(&early, &name.into());
    let stopped = part("stop")
        .and_then(JsCast::dyn_into::<Function>)
        .and_then(|stop| stop.call0(&early));
    let (Ok(_), Ok(entries), Ok(files)) = (stopped, part("entries"), part("files")) else {
        return Dropped::Nothing;
    };
    of(
        Array::from(&entries)
            .iter()
            .map(JsCast::unchecked_into)
            .collect(),
        Array::from(&files)
            .iter()
            .map(JsCast::unchecked_into)
            .collect(),
    )
}

fn of(entries: Entries, files: Vec<File>) -> Dropped {
    match entries.iter().find(|entry| entry.is_directory()) {
        Some(folder) => Dropped::Folder {
            name: folder.name(),
            entries,
        },
        None if files.is_empty() => Dropped::Nothing,
        None => Dropped::Files(source_of(files, false)),
    }
}

/// What a file or folder picker gave.
pub fn from_list(list: &FileList, folder: bool) -> Source<File> {
    let files = (0..list.length()).filter_map(|index| list.get(index));
    source_of(files.collect(), folder)
}

fn source_of(files: Vec<File>, folder: bool) -> Source<File> {
    let files = files.into_iter().map(|file| (path_of(&file), file));
    Source::of_list(files.collect(), folder)
}

/// Walks dropped folders. `progress` is told the folder in hand and how many files there are.
///
/// # Errors
/// When the browser may not read one of the folders.
pub async fn walk(
    name: String,
    entries: Entries,
    progress: impl Fn(&str, u64),
) -> Result<Source<File>, UserError> {
    let mut files = Vec::new();
    let mut waiting = entries;
    while let Some(entry) = waiting.pop() {
        // Absolute within the drop: `/folder/file`.
        let path = entry.full_path().trim_start_matches('/').to_owned();
        let failed = |error: JsValue| unreadable(&path, &error);
        if entry.is_directory() {
            progress(&path, files.len() as u64);
            let reader = entry
                .unchecked_into::<FileSystemDirectoryEntry>()
                .create_reader();
            // Gives a hundred entries at a time, and an empty list when there are no more.
            loop {
                let batch = read_entries(&reader).await.map_err(failed)?;
                if batch.length() == 0 {
                    break;
                }
                waiting.extend(batch.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
            }
        } else {
            let file = read_file(entry.unchecked_into()).await.map_err(failed)?;
            files.push((path, file));
        }
    }
    Ok(Source::of_walk(name, files))
}

/// `webkitRelativePath` where a folder was picked, which has no binding; else the file's name.
fn path_of(file: &File) -> String {
    Reflect::get(file, &"webkitRelativePath".into())
        .ok()
        .and_then(|path| path.as_string())
        .filter(|path| !path.is_empty())
        .unwrap_or_else(|| file.name())
}

fn read_entries(
    reader: &FileSystemDirectoryReader,
) -> impl Future<Output = Result<Array, JsValue>> + use<> {
    let promise =
        promise(|resolve, reject| reader.read_entries_with_callback_and_callback(resolve, reject));
    async move { Ok(Array::from(&JsFuture::from(promise).await?)) }
}

async fn read_file(entry: FileSystemFileEntry) -> Result<File, JsValue> {
    let promise = promise(|resolve, reject| {
        entry.file_with_callback_and_callback(resolve, reject);
        Ok(())
    });
    JsFuture::from(promise).await?.dyn_into()
}

/// The old callback style of the entries API as a promise.
fn promise(mut call: impl FnMut(&Function, &Function) -> Result<(), JsValue>) -> Promise {
    Promise::new(&mut |resolve, reject| {
        if let Err(error) = call(&resolve, &reject) {
            // Fails only if the page itself is going away.
            let _ = reject.call1(&JsValue::UNDEFINED, &error);
        }
    })
}

fn unreadable(path: &str, error: &JsValue) -> UserError {
    let reason = Reflect::get(error, &"message".into())
        .ok()
        .and_then(|message| message.as_string());
    source::unreadable(path, reason)
}
