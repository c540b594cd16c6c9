//! Checks the dependencies between modules. They have no cycles, and each room uses only the rooms that
//! `docs/architecture.md` allows.
//!
//! Every path is resolved to the module that defines the item, whether the path is in a `use`, in code, in an
//! attribute or in a macro. Declaring a child module or re-exporting its items is not a dependency.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, File, Item, UseTree, Visibility};

/// The path of a module in its crate, for example `tokens::store`. Empty for the root.
type Name = Vec<String>;

/// A parsed module.
#[derive(Default)]
struct Module {
    /// The source file. Inline modules have the file of their parent.
    file: PathBuf,
    children: BTreeSet<String>,
    /// The imported paths, by their local name.
    imports: HashMap<String, Vec<String>>,
    /// The paths of glob imports.
    globs: Vec<Vec<String>>,
    /// The names of the items that the module defines.
    items: BTreeSet<String>,
    /// All paths in its code.
    paths: Vec<Vec<String>>,
}

/// The result of resolving a path: a module, or an item that it defines.
struct Found<'c> {
    module: &'c Name,
    is_item: bool,
}

/// The modules of a crate.
struct Crate {
    name: String,
    source: PathBuf,
    modules: BTreeMap<Name, Module>,
}

impl Crate {
    /// Reads a crate from its root files, such as `lib.rs` and `main.rs`.
    fn read(name: &str, source: &Path, roots: &[&str]) -> Self {
        let mut read = Self { name: name.to_owned(), source: source.to_owned(), modules: BTreeMap::new() };
        for root in roots {
            // A binary is a crate of its own that uses the library.
            let own =
                if *root == "lib.rs" || roots.len() == 1 { vec![] } else { vec![root.replace(".rs", "")] };
            read.file(own, &source.join(root), source);
        }
        read
    }

    fn file(&mut self, name: Name, file: &Path, folder: &Path) {
        let text =
            std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let File { items, attrs, .. } = syn::parse_file(&text).unwrap();
        self.module(name, file, folder, &items, &attrs);
    }

    fn module(&mut self, name: Name, file: &Path, folder: &Path, items: &[Item], attributes: &[Attribute]) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        let mut paths = Paths::default();
        for attribute in attributes {
            paths.visit_attribute(attribute);
        }
        for item in items.iter().filter(|item| !is_test(item)) {
            match item {
                Item::Mod(child) => {
                    let own = child.ident.to_string();
                    let path = [name.clone(), vec![own.clone()]].concat();
                    let inside = folder.join(&own);
                    module.children.insert(own.clone());
                    if let Some((_, items)) = &child.content {
                        self.module(path, file, &inside, items, &child.attrs);
                    } else {
                        let plain = folder.join(format!("{own}.rs"));
                        let file = if plain.is_file() { plain } else { inside.join("mod.rs") };
                        self.file(path, &file, &inside);
                    }
                }
                Item::Use(import) => {
                    let hands_on = !matches!(import.vis, Visibility::Inherited);
                    take(&import.tree, &mut Vec::new(), &mut |path, here| {
                        if let Some(here) = here {
                            module.imports.insert(here, path.clone());
                        } else {
                            module.globs.push(path.clone());
                        }
                        if !hands_on {
                            paths.found.push(path);
                        }
                    });
                }
                item => {
                    module.items.extend(defined(item));
                    paths.visit_item(item);
                }
            }
        }
        module.paths = paths.found;
        self.modules.insert(name, module);
    }

    /// The modules that define the items that a module uses.
    fn named_by(&self, name: &Name) -> BTreeSet<&Name> {
        let paths = self.modules[name].paths.iter();
        let resolved = paths.filter_map(|path| Some((path, self.resolve(name, path, 0)?)));
        // A single word that resolves to a module is a local variable.
        resolved
            .filter(|(path, found)| path.len() > 1 || found.is_item)
            .map(|(_, found)| found.module)
            .collect()
    }

    /// Resolves a path in a module to the module that defines the item. `None` for items of other crates.
    fn resolve(&self, at: &Name, path: &[String], depth: usize) -> Option<Found<'_>> {
        // The depth limit stops imports that lead back to themselves, for example through a glob.
        let (first, rest) = path.split_first().filter(|_| depth < 16)?;
        match first.as_str() {
            "crate" => self.walk(Vec::new(), rest, depth),
            first if first == self.name => self.walk(Vec::new(), rest, depth),
            "self" => self.walk(at.clone(), rest, depth),
            "super" => self.walk(at[..at.len().checked_sub(1)?].to_vec(), rest, depth),
            _ => self.walk(at.clone(), path, depth),
        }
    }

    fn walk(&self, mut at: Name, path: &[String], depth: usize) -> Option<Found<'_>> {
        let mut is_item = false;
        for (index, step) in path.iter().enumerate() {
            if step == "super" {
                at.pop()?;
                continue;
            }
            let module = self.modules.get(&at)?;
            if module.children.contains(step) {
                at.push(step.clone());
            } else if module.items.contains(step) {
                is_item = true;
                break;
            } else if let Some(import) = module.imports.get(step) {
                let path = [import, &path[index + 1..]].concat();
                // The name belongs to an external crate that is imported under its own name.
                return if import == std::slice::from_ref(step) {
                    None
                } else {
                    self.resolve(&at, &path, depth + 1)
                };
            } else {
                let mut globs = module.globs.iter();
                return globs.find_map(|glob| {
                    self.resolve(&at, &[glob, &path[index..]].concat(), depth + 1)
                        .filter(|found| *found.module != at)
                });
            }
        }
        self.modules.get_key_value(&at).map(|(module, _)| Found { module, is_item })
    }

    /// The dependencies between files.
    fn dependencies(&self) -> BTreeMap<String, BTreeSet<String>> {
        let shown =
            |name: &Name| self.modules[name].file.strip_prefix(&self.source).unwrap().display().to_string();
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for name in self.modules.keys() {
            let own = shown(name);
            let others = self.named_by(name).into_iter().map(shown).filter(|other| *other != own);
            found.entry(own.clone()).or_default().extend(others);
        }
        found
    }
}

/// Whether an item exists only in tests.
fn is_test(item: &Item) -> bool {
    let attributes = match item {
        Item::Mod(one) => &one.attrs,
        Item::Use(one) => &one.attrs,
        Item::Fn(one) => &one.attrs,
        Item::Impl(one) => &one.attrs,
        _ => return false,
    };
    attributes.iter().any(|one| {
        one.path().is_ident("cfg")
            && matches!(&one.meta, syn::Meta::List(list) if list.tokens.to_string() == "test")
    })
}

/// The names that an item adds to its module.
fn defined(item: &Item) -> Vec<String> {
    let ident = match item {
        Item::Const(one) => &one.ident,
        Item::Enum(one) => &one.ident,
        Item::Fn(one) => &one.sig.ident,
        Item::Static(one) => &one.ident,
        Item::Struct(one) => &one.ident,
        Item::Trait(one) => &one.ident,
        Item::Type(one) => &one.ident,
        Item::Union(one) => &one.ident,
        Item::Macro(one) => return one.ident.iter().map(ToString::to_string).collect(),
        _ => return Vec::new(),
    };
    vec![ident.to_string()]
}

/// Visits each path of a `use`, together with its local name. The name is `None` for a glob.
fn take(tree: &UseTree, before: &mut Vec<String>, found: &mut impl FnMut(Vec<String>, Option<String>)) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            take(&path.tree, before, found);
            before.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| take(tree, before, found)),
        UseTree::Glob(_) => found(before.clone(), None),
        UseTree::Name(name) if name.ident == "self" => found(before.clone(), before.last().cloned()),
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            found([before.as_slice(), std::slice::from_ref(&name)].concat(), Some(name));
        }
        UseTree::Rename(rename) => {
            let mut path = before.clone();
            if rename.ident != "self" {
                path.push(rename.ident.to_string());
            }
            found(path, Some(rename.rename.to_string()));
        }
    }
}

/// Collects all paths of some code.
#[derive(Default)]
struct Paths {
    found: Vec<Vec<String>>,
}

impl Paths {
    /// Collects paths from the tokens of macros and attributes, which syn does not parse.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.found.push(std::mem::take(&mut path));
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.found.push(std::mem::take(&mut path));
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.found.push(path);
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.found.push(path.segments.iter().map(|one| one.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_visibility(&mut self, _: &'ast Visibility) {
        // `pub(in crate::tokens)` restricts visibility and uses no item.
    }

    fn visit_macro(&mut self, one: &'ast syn::Macro) {
        self.tokens(one.tokens.clone());
        visit::visit_macro(self, one);
    }

    fn visit_attribute(&mut self, one: &'ast Attribute) {
        if let syn::Meta::List(list) = &one.meta
            && !list.path.is_ident("doc")
        {
            self.tokens(list.tokens.clone());
        }
        visit::visit_attribute(self, one);
    }

    fn visit_item_use(&mut self, import: &'ast syn::ItemUse) {
        // An import inside a function.
        take(&import.tree, &mut Vec::new(), &mut |path, _| self.found.push(path));
    }
}

/// Finds the cycles between files. Each cycle is reported once, in sorted order.
fn circles(dependencies: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reach = |from: &String| {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&String> = dependencies[from].iter().collect();
        while let Some(one) = next.pop() {
            if reached.insert(one) {
                next.extend(&dependencies[one]);
            }
        }
        reached
    };
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        dependencies.keys().map(|file| (file, reach(file))).collect();
    let mut found: BTreeSet<Vec<String>> = BTreeSet::new();
    for (file, others) in &reached {
        if others.contains(file) {
            let circle = others.iter().filter(|other| reached[**other].contains(file));
            found.insert(circle.map(|one| (*one).clone()).collect());
        }
    }
    found.into_iter().collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn server() -> Crate {
    Crate::read("latchkey", &root().join("backend/src"), &["lib.rs", "main.rs"])
}

fn screens() -> Crate {
    Crate::read("latchkey_frontend", &root().join("frontend/src"), &["main.rs"])
}

/// The room of a file: its top-level folder below the source, or the file itself.
fn room(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The words of a text that are in backticks.
fn words(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Reads the table of rooms after a heading: each room and the rooms that it may use.
fn table(heading: &str) -> Vec<(String, BTreeSet<String>)> {
    let document = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let (_, after) = document.split_once(heading).unwrap();
    let rows =
        after.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let read = |row: &str| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        let name = words(cells[0]).pop()?;
        Some((name, words(cells[2]).into_iter().collect()))
    };
    rows.filter_map(read).collect()
}

/// Checks the dependencies between rooms against the table.
fn hold(dependencies: &BTreeMap<String, BTreeSet<String>>, table: &[(String, BTreeSet<String>)]) {
    let mut known: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (file, others) in dependencies {
        let of_room = known.entry(room(file)).or_default();
        for other in others.iter().filter(|other| room(other) != room(file)) {
            of_room.insert(room(other), file);
        }
    }
    known.remove("lib");
    let rooms: BTreeSet<&str> = table.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(rooms, known.keys().copied().collect(), "the rooms of the table are those of the tree");
    for (place, (name, may_know)) in table.iter().enumerate() {
        let below: BTreeSet<&String> = table[place + 1..].iter().map(|(name, _)| name).collect();
        for other in may_know {
            assert!(below.contains(other), "`{name}` may know `{other}`, which is not below it");
            assert!(
                known[name.as_str()].contains_key(other.as_str()),
                "`{name}` does not know `{other}` any more"
            );
        }
        for (other, file) in &known[name.as_str()] {
            assert!(may_know.contains(*other), "{file} knows `{other}`, which `{name}` may not know");
        }
    }
}

#[test]
fn server_rooms_depend_only_on_what_the_architecture_allows() {
    hold(&server().dependencies(), &table("## The rooms of the server"));
}

#[test]
fn frontend_rooms_depend_only_on_what_the_architecture_allows() {
    hold(&screens().dependencies(), &table("## The rooms of the screens"));
}

#[test]
fn there_is_no_circle() {
    for read in [server(), screens()] {
        assert_eq!(circles(&read.dependencies()), Vec::<Vec<String>>::new(), "{}", read.name);
    }
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let is_long = |file: &PathBuf| std::fs::read_to_string(file).unwrap().lines().count() > 400;
    for read in [server(), screens()] {
        let files: BTreeSet<PathBuf> = read.modules.into_values().map(|module| module.file).collect();
        let long: Vec<PathBuf> = files.into_iter().filter(is_long).collect();
        assert!(long.is_empty(), "{long:?}");
    }
}

/// The dependencies of a small crate that a test writes.
fn planted(files: &[(&str, &str)]) -> BTreeMap<String, BTreeSet<String>> {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files {
        let file = folder.path().join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    Crate::read("planted", folder.path(), &["lib.rs"]).dependencies()
}

const ONE: (&str, &str) = ("one.rs", "use crate::other::Thing; pub fn one(_: Thing) {}");

#[test]
fn a_circle_is_found_however_a_path_is_written() {
    let lib = ("lib.rs", "pub mod one; pub mod other; pub mod hands_on;");
    let hands_on = ("hands_on.rs", "pub use crate::one::*;");
    for other in [
        "pub struct Thing; use crate::one::one;",
        "pub struct Thing; use super::{one::{self as first}};",
        "pub struct Thing; fn f() { crate::one::one(Thing); }",
        "pub struct Thing; fn f() { use crate::one::one; one(Thing); }",
        "pub struct Thing; fn f() { println!(\"{:?}\", crate::one::one(Thing)); }",
        "pub struct Thing; #[doc(alias = \"x\")] #[derive(crate::one::one)] struct Other;",
        "pub struct Thing; fn f() { crate::hands_on::one(Thing); }",
        "pub struct Thing; use crate::hands_on::*; fn f() { one(Thing); }",
    ] {
        let found = circles(&planted(&[lib, hands_on, ONE, ("other.rs", other)]));
        assert_eq!(found, [["one.rs", "other.rs"]], "{other}");
    }
}

#[test]
fn a_module_declaration_is_not_a_dependency() {
    let lib = ("lib.rs", "pub mod one; pub mod other;");
    for other in [
        "pub struct Thing;",
        "pub struct Thing; #[cfg(test)] mod tests { use crate::one::one; }",
        "pub struct Thing; fn f() { let one = 1; drop(one); }",
        "pub struct Thing; pub(in crate::one) fn f() {}",
    ] {
        assert!(circles(&planted(&[lib, ONE, ("other.rs", other)])).is_empty(), "{other}");
    }
    let parent = ("other/mod.rs", "mod child; pub use self::child::Thing;");
    let child = ("other/child.rs", "pub struct Thing; use super::Thing as _;");
    assert!(circles(&planted(&[lib, ONE, parent, child])).is_empty());
}

#[test]
#[should_panic(expected = "one.rs knows `other`, which `one` may not know")]
fn a_forbidden_dependency_is_found() {
    let rows = [("one".to_owned(), BTreeSet::new()), ("other".to_owned(), BTreeSet::new())];
    hold(&planted(&[("lib.rs", "mod one; mod other;"), ONE, ("other.rs", "pub struct Thing;")]), &rows);
}
