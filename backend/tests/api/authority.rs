//! An authority that issues certificates, by OpenSSL.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use latchkey::configuration::tls::Tls;
use tempfile::TempDir;

/// An authority. Its folder is removed when it is dropped.
pub(crate) struct Authority(TempDir);

impl Authority {
    pub(crate) fn new() -> Self {
        let authority = Self(TempDir::new().unwrap());
        authority.make(&["-keyout", "ca.key", "-out", "ca.pem", "-days", "30"], "authority", "");
        authority
    }

    /// The file of its own certificate.
    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join("ca.pem")
    }

    /// Writes `fullchain.pem` and `privkey.pem` into a folder, for names such as `IP:127.0.0.1`.
    pub(crate) fn issue(&self, folder: &Path, names: &str, days: u32) {
        let (certificate, key) = (folder.join("fullchain.pem"), folder.join("privkey.pem"));
        fs::create_dir_all(folder).unwrap();
        let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
        let days = days.to_string();
        let arguments =
            ["-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", key, "-out", certificate, "-days", &days];
        self.make(&arguments, "leaf", names);
    }

    fn make(&self, arguments: &[&str], kind: &str, names: &str) {
        let settings = format!(
            "[req]\ndistinguished_name = name\nprompt = no\n[name]\nCN = latchkey {kind}\n\
             [authority]\nbasicConstraints = critical, CA:TRUE\n\
             [leaf]\nbasicConstraints = critical, CA:FALSE\nsubjectAltName = {}\n",
            if names.is_empty() { "DNS:none" } else { names }
        );
        fs::write(self.0.path().join("settings"), settings).unwrap();
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"])
            .args(["-config", "settings", "-extensions", kind])
            .args(arguments)
            .current_dir(self.0.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
}

/// A certificate for `127.0.0.1` and its key, as files that may be replaced.
pub(crate) struct Files {
    pub(crate) authority: Authority,
    folder: TempDir,
}

impl Files {
    /// Issues a certificate for so many days.
    pub(crate) fn new(days: u32) -> Self {
        let files = Self { authority: Authority::new(), folder: TempDir::new().unwrap() };
        files.issue("", days);
        files
    }

    /// Issues a certificate into a folder beside the files; into the files themselves if it is empty.
    pub(crate) fn issue(&self, folder: &str, days: u32) {
        self.authority.issue(&self.at(folder), "IP:127.0.0.1,DNS:localhost", days);
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.folder.path().to_owned() } else { self.folder.path().join(name) }
    }

    pub(crate) fn tls(&self) -> Tls {
        Tls { certificate: self.at("fullchain.pem"), key: self.at("privkey.pem") }
    }

    /// The certificate of the authority, for clients.
    pub(crate) fn trusted(&self) -> reqwest::Certificate {
        reqwest::Certificate::from_pem(&fs::read(self.authority.file()).unwrap()).unwrap()
    }
}
