//! A server in this process, and a client of it.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use anyhow::{Context as _, Result, anyhow, ensure};
use latchkey::configuration::Configuration;
use latchkey::program::startup::Application;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::place::PASSWORD;

/// A running server.
pub(crate) struct Server {
    address: SocketAddr,
    handle: ServerHandle,
    thread: JoinHandle<Result<()>>,
}

impl Server {
    /// Starts a server and waits until it listens.
    pub(crate) async fn start(configuration: Configuration) -> Result<Self> {
        let (started, wait) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let application = Application::build(configuration).await?;
                started.send((application.address(), application.handle()))?;
                application.run_until_stopped().await
            })
        });
        match tokio::task::spawn_blocking(move || wait.recv()).await? {
            Ok((address, handle)) => Ok(Self { address, handle, thread }),
            Err(_) => Err(ended(thread).err().unwrap_or_else(|| anyhow!("the server ended"))),
        }
    }

    /// Stops the server and waits until it has closed its database.
    pub(crate) async fn stop(self) -> Result<()> {
        self.handle.stop(true).await;
        tokio::task::spawn_blocking(move || ended(self.thread)).await?
    }

    /// Logs in.
    pub(crate) async fn log_in(&self, username: &str) -> Result<Caller> {
        let http = Client::builder().cookie_store(true).no_proxy().build()?;
        let caller = Caller { http, url: format!("http://{}/api/v1", self.address) };
        let body = json!({ "username": username, "password": PASSWORD });
        let answer = caller.http.post(format!("{}/session", caller.url)).json(&body).send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        ensure!(status.is_success(), "{username} cannot log in: {status}: {text}");
        Ok(caller)
    }
}

fn ended(thread: JoinHandle<Result<()>>) -> Result<()> {
    thread.join().map_err(|_| anyhow!("the server panicked"))?
}

/// A person with a session.
pub(crate) struct Caller {
    http: Client,
    url: String,
}

impl Caller {
    /// The answer to a question, or the status of a refusal.
    pub(crate) async fn get(&self, path: &str) -> Result<Result<Value, StatusCode>> {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await.context("no answer")?;
        let (status, text) = (answer.status(), answer.text().await?);
        Ok(if status.is_success() { Ok(serde_json::from_str(&text)?) } else { Err(status) })
    }

    /// The answer to a question that must have one.
    pub(crate) async fn must_get(&self, path: &str) -> Result<Value> {
        self.get(path).await?.map_err(|status| anyhow!("{path}: {status}"))
    }
}
