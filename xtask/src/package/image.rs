//! The image for containers, in the layout of the Open Container Initiative: the program, and the few files
//! of Debian that it needs. It has no shell, and nothing that could change it.

use anyhow::Result;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::contents::{Contents, packaging};
use super::debian::Base;
use super::release::Release;
use super::tree::{FILE, PROGRAM, Tree, gzip};

/// The account in the image. A number, so that Kubernetes sees that it is not root.
pub(crate) const ACCOUNT: u64 = 65_532;
/// The folder for SQLite.
pub(crate) const DATA: &str = "var/lib/latchkey";

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// The contents of an image, each under its digest.
#[derive(Default)]
struct Layout(Tree);

impl Layout {
    /// Adds a content, and describes it.
    fn add(&mut self, kind: &str, content: Vec<u8>) -> Value {
        let digest = digest(&content);
        let described =
            json!({ "mediaType": kind, "digest": format!("sha256:{digest}"), "size": content.len() });
        self.0.file(format!("blobs/sha256/{digest}"), FILE, content);
        described
    }
}

/// The SHA-256 of a content in hexadecimal.
pub(crate) fn digest(content: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(content).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Makes the image, as a tar archive.
pub(crate) fn make(release: &Release, contents: &Contents, base: &Base) -> Result<Vec<u8>> {
    let mut layout = Layout::default();
    let created = release.date("+%Y-%m-%dT%H:%M:%SZ")?;
    let mut layers = Vec::new();
    let mut plain = Vec::new();
    let mut history = Vec::new();
    // The first layer has no time, so that it is the same for all versions until Debian changes its packages.
    for (what, tree, time) in
        [(base.packages.join(", "), &base.tree, 0), ("latchkey".to_owned(), &own(contents)?, release.time)]
    {
        let archive = tree.tar(time)?;
        plain.push(format!("sha256:{}", digest(&archive)));
        layers.push(layout.add(LAYER, gzip(&archive)?));
        history.push(json!({ "created": created, "created_by": what }));
    }
    let mut config: Value = serde_json::from_str(&packaging("image.json")?)?;
    config["created"] = json!(created);
    config["architecture"] = json!(release.machine.debian);
    config["rootfs"] = json!({ "type": "layers", "diff_ids": plain });
    config["history"] = json!(history);
    let labels = &mut config["config"]["Labels"];
    labels["org.opencontainers.image.created"] = json!(created);
    labels["org.opencontainers.image.revision"] = json!(release.revision);
    labels["org.opencontainers.image.version"] = json!(release.version);
    let config = layout.add(CONFIG, serde_json::to_vec_pretty(&config)?);
    let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers });
    let mut manifest = layout.add(MANIFEST, serde_json::to_vec_pretty(&manifest)?);
    manifest["platform"] = json!({ "architecture": release.machine.debian, "os": "linux" });
    manifest["annotations"] = json!({
        "org.opencontainers.image.ref.name": release.version,
        "io.containerd.image.name": format!("docker.io/library/latchkey:{}", release.version),
    });
    let index = json!({ "schemaVersion": 2, "manifests": [manifest] });
    layout.0.file("index.json", FILE, serde_json::to_vec_pretty(&index)?);
    layout.0.file("oci-layout", FILE, json!({ "imageLayoutVersion": "1.0.0" }).to_string());
    layout.0.tar(release.time)
}

/// The layer with the program.
fn own(contents: &Contents) -> Result<Tree> {
    let mut tree = Tree::default();
    tree.file("usr/bin/latchkey", PROGRAM, contents.program.clone());
    tree.file("usr/share/doc/latchkey/copyright", FILE, packaging("deb/copyright")?);
    tree.file("usr/share/doc/latchkey/latchkey.cdx.json", FILE, contents.bom.clone());
    tree.file("etc/passwd", FILE, format!("latchkey:x:{ACCOUNT}:{ACCOUNT}::/{DATA}:/nonexistent\n"));
    tree.file("etc/group", FILE, format!("latchkey:x:{ACCOUNT}:\n"));
    tree.folder(DATA, 0o700, ACCOUNT);
    // Where a read-only root is given room for temporary files.
    tree.folder("tmp", 0o1777, 0);
    Ok(tree)
}
