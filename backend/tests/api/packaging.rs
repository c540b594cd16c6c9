//! What packages bring along: commands for them, settings, and manifests for containers.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;

use crate::authority::Files;
use crate::in_both_places;
use crate::process::{PROGRAM, Process};
use crate::prometheus::free_port;
use crate::server::{Server, Where};

const SETTINGS: &str = include_str!("../../../docs/configuration.md");
const UNIT: &str = include_str!("../../../packaging/latchkey.service");

/// Runs the program without settings of this machine.
fn latchkey(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut program = Command::new(PROGRAM);
    program.args(arguments).env_clear().envs(variables.iter().copied());
    program.output().unwrap()
}

/// The words of a text that begin with these letters, such as the names of variables.
fn words<'t>(text: &'t str, begin: &str) -> BTreeSet<&'t str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    text.split(|letter| !is_part(letter)).filter(|word| word.starts_with(begin)).collect()
}

/// The manual pages and the completions that the program writes.
fn manual(folder: &Path) -> String {
    let written = latchkey(&["manual", &folder.display().to_string()], &[]);
    assert!(written.status.success(), "{written:?}");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let pages = names.filter(|path| path.extension().is_some_and(|extension| extension == "1"));
    let page: String = pages.map(|path| fs::read_to_string(path).unwrap().replace("\\-", "-")).collect();
    // Without the changes of the font.
    ["\\fB", "\\fI", "\\fR"].iter().fold(page, |page, font| page.replace(font, " "))
}

fn packaging(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging").join(name)
}

/// The objects in a file of YAML.
fn objects(name: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(&fs::read_to_string(packaging(name)).unwrap()).unwrap()
}

#[test]
fn the_manual_and_the_completions_have_each_setting() {
    let folder = tempfile::tempdir().unwrap();
    let page = manual(folder.path());
    let flags: BTreeSet<&str> =
        SETTINGS.lines().filter_map(|line| line.strip_prefix("| `--")?.split('`').next()).collect();
    assert!(flags.len() > 20, "{flags:?}");
    for flag in flags {
        assert!(words(&page, "--").contains(format!("--{flag}").as_str()), "the manual has no {flag}");
        for shell in ["latchkey.bash", "latchkey.fish", "_latchkey"] {
            let completions = fs::read_to_string(folder.path().join(shell)).unwrap();
            assert!(completions.contains(flag), "{shell} has no {flag}");
        }
    }
    for variable in words(&page, "LATCHKEY_").difference(&BTreeSet::from(["LATCHKEY_CONFIG"])) {
        assert!(words(SETTINGS, "LATCHKEY_").contains(variable), "{variable} is not described");
    }
    let of_a_command = fs::read_to_string(folder.path().join("latchkey-ready.1")).unwrap();
    assert!(of_a_command.contains("latchkey"), "{of_a_command}");
}

#[test]
fn the_settings_of_the_package_are_accepted_with_each_example() {
    let text = fs::read_to_string(packaging("latchkey.toml")).unwrap();
    let is_example = |line: &str| line.strip_prefix('#').is_some_and(|rest| !rest.starts_with([' ', '#']));
    let with_examples: Vec<&str> =
        text.lines().map(|line| if is_example(line) { &line[1..] } else { line }).collect();
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("as-it-is", text.clone()), ("with-examples", with_examples.join("\n"))] {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        let read = latchkey(&["--config", &file.display().to_string(), "openapi"], &[]);
        assert!(read.status.success(), "{name}: {}", String::from_utf8_lossy(&read.stderr));
    }
}

#[test]
fn the_service_and_the_manifests_name_only_what_exists() {
    let folder = tempfile::tempdir().unwrap();
    let page = manual(folder.path());
    let known = words(&page, "LATCHKEY_");
    for name in ["compose.yaml", "kubernetes.yaml", "image.json"] {
        let text = fs::read_to_string(packaging(name)).unwrap();
        // The name of the image is a variable of the file itself.
        for variable in words(&text, "LATCHKEY_").difference(&BTreeSet::from(["LATCHKEY_IMAGE"])) {
            assert!(known.contains(variable), "{name}: there is no {variable}");
        }
    }
    let command = UNIT.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/bin/latchkey")).unwrap();
    for flag in words(command, "--") {
        assert!(words(&page, "--").contains(flag), "there is no {flag}");
    }
}

#[test]
fn the_manifests_run_the_image_as_its_account_and_change_nothing_in_it() {
    let image = &objects("image.json")[0]["config"];
    let account = image["User"].as_str().unwrap().split(':').next().unwrap().parse::<u64>().unwrap();
    let kubernetes = objects("kubernetes.yaml");
    let kinds: Vec<&str> = kubernetes.iter().map(|object| object["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["Deployment", "Service", "PodDisruptionBudget"]);
    let pod = &kubernetes[0]["spec"]["template"];
    assert_eq!(pod["spec"]["securityContext"]["runAsUser"], account);
    assert_eq!(pod["spec"]["containers"][0]["securityContext"]["readOnlyRootFilesystem"], true);
    let labels = &pod["metadata"]["labels"];
    for selector in [
        &kubernetes[0]["spec"]["selector"]["matchLabels"],
        &kubernetes[1]["spec"]["selector"],
        &kubernetes[2]["spec"]["selector"]["matchLabels"],
    ] {
        let (name, value) = selector.as_object().unwrap().iter().next().unwrap();
        assert_eq!(&labels[name], value);
    }
    let compose = &objects("compose.yaml")[0]["services"]["latchkey"];
    assert_eq!(compose["read_only"], true);
    assert_eq!(compose["healthcheck"]["test"], image["Healthcheck"]["Test"]);
}

#[tokio::test]
async fn the_probes_of_kubernetes_ask_what_the_server_answers() {
    let server = Server::start(Where::sqlite()).await;
    let deployment = &objects("kubernetes.yaml")[0];
    let container = &deployment["spec"]["template"]["spec"]["containers"][0];
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        let path = container[probe]["httpGet"]["path"].as_str().unwrap();
        let answer = server.nobody().http.get(format!("{}{path}", server.url)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{probe}");
    }
}

in_both_places! { ready_fails_unless_the_server_is_ready => fails_unless_ready }

async fn fails_unless_ready(place: Where) {
    let files = Files::new(1);
    let tls = files.tls();
    let at = |path: &Path| path.display().to_string();
    let address = || ("LATCHKEY_LISTEN", format!("127.0.0.1:{}", free_port()));
    let named = |scheme: &str| ("LATCHKEY_PUBLIC_URL", format!("{scheme}://latchkey.example"));
    for variables in [
        vec![address(), named("http")],
        vec![("LATCHKEY_LISTEN", format!("unix:{}", at(&place.data_dir().join("sock")))), named("http")],
        vec![
            address(),
            named("https"),
            ("LATCHKEY_TLS_CERTIFICATE", at(&tls.certificate)),
            ("LATCHKEY_TLS_KEY", at(&tls.key)),
        ],
    ] {
        let ready = || {
            latchkey(&["ready"], &variables.iter().map(|(name, value)| (*name, &**value)).collect::<Vec<_>>())
        };
        let mut server = Process::start(&place, &variables);
        let said = ready();
        assert!(said.status.success(), "{variables:?}: {said:?}");
        assert!(String::from_utf8_lossy(&said.stdout).contains("\"status\":\"ok\""), "{said:?}");
        server.kill();
        let said = ready();
        assert!(!said.status.success(), "{variables:?}: {said:?}");
        assert!(String::from_utf8_lossy(&said.stderr).contains("no server answers"), "{said:?}");
    }
}

#[test]
fn systemd_is_told_when_the_server_is_ready() {
    let place = Where::sqlite();
    let path = place.data_dir().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let _server = Process::start(&place, &[("NOTIFY_SOCKET", path.display().to_string())]);
    let mut told = [0; 64];
    let length = socket.recv(&mut told).unwrap();
    assert_eq!(told[..length].trim_ascii_end(), b"READY=1");
}
