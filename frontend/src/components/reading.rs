//! Data that a page reads from the server, and its views while it loads, after a failure and after success.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use leptos::prelude::*;

use crate::api::{Answer, Error};
use crate::components::faces::{Failure, Skeleton};
use crate::text;

/// The data without its type. There is then only one type of resource: each type would add ten kilobytes
/// to the download.
type Untyped = Arc<dyn Any + Send + Sync>;

/// Data that is read from the server.
pub(crate) struct Reading<T> {
    resource: LocalResource<Result<Untyped, Error>>,
    is_loading: RwSignal<bool>,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Reading<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Reading<T> {}

impl<T: Clone + Send + Sync + 'static> Reading<T> {
    /// Reads the data now, and again when a signal that `read` uses changes.
    pub(crate) fn new(read: impl Fn() -> Answer<T> + 'static) -> Self {
        let is_loading = RwSignal::new(false);
        let resource = resource(Box::new(move || untyped(read())), is_loading);
        Self { resource, is_loading, of: PhantomData }
    }

    /// Reads the data again. The old data stays visible meanwhile.
    pub(crate) fn again(self) {
        self.resource.refetch();
    }

    /// The last result. `None` before the first response.
    pub(crate) fn get(self) -> Option<Result<T, Error>> {
        Some(self.resource.get()?.map(typed))
    }

    /// Whether a request is pending.
    pub(crate) fn is_loading(self) -> bool {
        self.is_loading.get()
    }
}

fn resource(
    read: Box<dyn Fn() -> Answer<Untyped>>,
    is_loading: RwSignal<bool>,
) -> LocalResource<Result<Untyped, Error>> {
    LocalResource::new(move || {
        is_loading.set(true);
        let answer = read();
        async move {
            let answer = answer.await;
            is_loading.try_set(false);
            answer
        }
    })
}

fn untyped<T: Send + Sync + 'static>(answer: Answer<T>) -> Answer<Untyped> {
    Box::pin(async move { answer.await.map(|found| Arc::new(found) as Untyped) })
}

fn typed<T: Clone + 'static>(found: Untyped) -> T {
    found.downcast_ref::<T>().expect("a reading gets what it reads").clone()
}

/// Shows data once it is loaded.
#[component]
pub(crate) fn Loaded<T, V>(
    /// The data to show.
    reading: Reading<T>,
    /// The title after a failure. The default says that a page could not be loaded.
    #[prop(default = text::page_failed())]
    failed: &'static str,
    /// Renders the data.
    children: impl Fn(T) -> V + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let show = move |found| children(typed(found)).into_any();
    view! { <Faces resource=reading.resource failed show=Box::new(show) /> }
}

#[component]
fn Faces(
    resource: LocalResource<Result<Untyped, Error>>,
    failed: &'static str,
    show: Box<dyn Fn(Untyped) -> AnyView + Send + Sync>,
) -> impl IntoView {
    move || match resource.get() {
        None => view! { <Skeleton /> }.into_any(),
        Some(Ok(found)) => show(found),
        Some(Err(error)) => {
            view! { <Failure error title=failed retry=move |()| resource.refetch() /> }.into_any()
        }
    }
}
