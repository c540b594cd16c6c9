//! Prepares every SQL statement of the server on both engines. A mistake in a statement that rarely runs then
//! fails this test.
//!
//! The statements are found in the source code. A statement that is built step by step ([`Sql`]) is built
//! here as the code would build it: the test follows calls of helpers, and takes one branch of each `if` and
//! `match`. It repeats this many times with different branches, until every piece of SQL was part of a
//! statement.
//!
//! [`Sql`]: latchkey::database::sql::Sql

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use quote::ToTokens;
use sqlx::{AssertSqlSafe, Connection as _, Executor, SqlSafeStr as _};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Arm, Block, Expr, ExprLit, FnArg, Ident, Lit, Pat, Signature, Stmt};

use crate::server::{Server, Where};

/// The number of rounds. Each round takes different branches. Fewer rounds would be enough.
const ROUNDS: u64 = 200;
/// A function that has no statement in so many rounds has none. Most functions have none.
const FIRST_ROUNDS: u64 = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

/// The position of a piece of SQL: file and line.
type Place = (String, usize);

struct Function {
    file: String,
    parameters: Vec<(String, String)>,
    block: Block,
}

/// The parsed source code of the server.
#[derive(Default)]
struct Source {
    file: String,
    functions: HashMap<String, Vec<Function>>,
    constants: HashMap<String, (String, Place)>,
    /// All pieces of SQL in the code.
    pieces: BTreeSet<Place>,
}

impl Source {
    fn read() -> Self {
        let mut source = Self::default();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|one| one == "rs") && !path.ends_with("tests.rs") {
                    source.file = path.strip_prefix(&root).unwrap().display().to_string();
                    let file = syn::parse_file(&std::fs::read_to_string(path).unwrap()).unwrap();
                    source.visit_file(&file);
                }
            }
        }
        source
    }

    fn add(&mut self, signature: &Signature, block: &Block) {
        let parameter = |argument: &FnArg| match argument {
            FnArg::Typed(typed) => {
                Some((typed.pat.to_token_stream().to_string(), typed.ty.to_token_stream().to_string()))
            }
            FnArg::Receiver(_) => None,
        };
        let parameters = signature.inputs.iter().filter_map(parameter).collect();
        let function = Function { file: self.file.clone(), parameters, block: block.clone() };
        self.functions.entry(signature.ident.to_string()).or_default().push(function);
    }
}

impl<'ast> Visit<'ast> for Source {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if module.ident != "tests" {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_item_const(&mut self, constant: &'ast syn::ItemConst) {
        if let Some(text) = literal(&constant.expr) {
            let place = (self.file.clone(), constant.expr.span().start().line);
            self.constants.insert(constant.ident.to_string(), (text, place));
        }
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        let sql = text.value();
        if ["SELECT ", "INSERT ", "UPDATE ", "DELETE "].iter().any(|verb| sql.starts_with(verb)) {
            self.pieces.insert((self.file.clone(), text.span().start().line));
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if makes_statement(&call.func) {
            let mut found = Literals(self.file.clone(), &mut self.pieces);
            call.args.first().into_iter().for_each(|argument| found.visit_expr(argument));
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "push"
            && call.args.len() == 1
            && base(&call.receiver).is_some_and(|one| one == "sql")
        {
            Literals(self.file.clone(), &mut self.pieces).visit_expr(&call.args[0]);
        }
        visit::visit_expr_method_call(self, call);
    }
}

/// Records the positions of string literals.
struct Literals<'s>(String, &'s mut BTreeSet<Place>);

impl<'ast> Visit<'ast> for Literals<'_> {
    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.1.insert((self.0.clone(), text.span().start().line));
    }
}

fn literal(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// Whether a function creates a statement: `Sql::new`, `sqlx::query`, `sqlx::query_as`, `sqlx::query_scalar`.
fn makes_statement(function: &Expr) -> bool {
    let Expr::Path(path) = function else { return false };
    let names: Vec<String> = path.path.segments.iter().map(|one| one.ident.to_string()).collect();
    match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [.., "Sql", "new"] => true,
        ["sqlx", name] => matches!(*name, "query" | "query_as" | "query_scalar"),
        _ => false,
    }
}

/// The variable at the start of a chain of method calls.
fn base(expression: &Expr) -> Option<&Ident> {
    match expression {
        Expr::MethodCall(call) => base(&call.receiver),
        Expr::Path(path) => path.path.get_ident(),
        Expr::Reference(one) => base(&one.expr),
        Expr::Paren(one) => base(&one.expr),
        _ => None,
    }
}

/// A text and the positions of its pieces.
#[derive(Debug, Clone, Default)]
struct Text {
    sql: String,
    pieces: Vec<Place>,
    /// The types of its placeholders, guessed from the bound values.
    types: Vec<&'static str>,
}

#[derive(Clone)]
enum Value {
    Built(Text),
    Said(Text),
    List(Vec<Text>),
    /// A closure that is called with SQL.
    Closure(Box<syn::ExprClosure>),
}

type Variables = HashMap<String, Value>;

/// Whether execution continues after an expression.
#[derive(PartialEq, Eq)]
enum Flow {
    On,
    Returns,
}

/// Builds statements for one round.
struct Builder<'s> {
    source: &'s Source,
    engine: Engine,
    file: String,
    chance: u64,
    depth: usize,
    found: Vec<Text>,
}

impl Builder<'_> {
    fn choose(&mut self, ways: usize) -> usize {
        // A linear congruential generator with the constants of Knuth's MMIX.
        self.chance =
            self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.chance >> 33).unwrap() % ways
    }

    /// Runs a function. Returns its variables afterwards.
    fn run(&mut self, function: &Function, mut variables: Variables) -> Variables {
        if self.depth > 8 {
            return variables;
        }
        let given: Vec<String> = variables.keys().cloned().collect();
        let file = std::mem::replace(&mut self.file, function.file.clone());
        self.depth += 1;
        self.block(&function.block, &mut variables);
        self.depth -= 1;
        self.file = file;
        for (name, value) in &variables {
            if let (Value::Built(text), false) = (value, given.contains(name)) {
                self.found.push(text.clone());
            }
        }
        variables
    }

    fn block(&mut self, block: &Block, variables: &mut Variables) -> Flow {
        for statement in &block.stmts {
            let flow = match statement {
                Stmt::Local(local) => {
                    let Some(init) = &local.init else { continue };
                    let flow = self.expression(&init.expr, variables);
                    if let Pat::Ident(name) = &local.pat
                        && let Some(value) = self.value(&init.expr, variables)
                    {
                        variables.insert(name.ident.to_string(), value);
                    }
                    flow
                }
                Stmt::Expr(expression, _) => self.expression(expression, variables),
                Stmt::Item(_) | Stmt::Macro(_) => Flow::On,
            };
            if flow == Flow::Returns {
                return Flow::Returns;
            }
        }
        Flow::On
    }

    /// The SQL that an expression evaluates to, if any.
    fn value(&mut self, expression: &Expr, variables: &Variables) -> Option<Value> {
        match expression {
            Expr::Call(call)
                if makes_statement(&call.func) && call.func.to_token_stream().to_string().contains("Sql") =>
            {
                Some(Value::Built(self.text(call.args.first()?, variables)?))
            }
            Expr::Array(array) => {
                let all: Option<Vec<Text>> =
                    array.elems.iter().map(|one| self.text(one, variables)).collect();
                all.map(Value::List)
            }
            Expr::Closure(closure) => Some(Value::Closure(Box::new(closure.clone()))),
            other => self.text(other, variables).map(Value::Said),
        }
    }

    /// The text that an expression evaluates to.
    fn text(&mut self, expression: &Expr, variables: &Variables) -> Option<Text> {
        let place = |file: &str| (file.to_owned(), expression.span().start().line);
        match expression {
            Expr::Lit(_) => {
                let sql = literal(expression)?;
                Some(Text { sql, pieces: vec![place(&self.file)], types: Vec::new() })
            }
            Expr::Path(path) => {
                let name = path.path.segments.last()?.ident.to_string();
                match variables.get(&name) {
                    Some(Value::Said(text)) => Some(text.clone()),
                    Some(_) => None,
                    None => {
                        let (sql, place) = self.source.constants.get(&name)?.clone();
                        Some(Text { sql, pieces: vec![place], types: Vec::new() })
                    }
                }
            }
            Expr::Index(index) => match (variables.get(&base(&index.expr)?.to_string())?, &*index.index) {
                (Value::List(all), Expr::Lit(ExprLit { lit: Lit::Int(number), .. })) => {
                    all.get(number.base10_parse::<usize>().ok()?).cloned()
                }
                _ => None,
            },
            Expr::If(one) => {
                // In loops, the code treats the first item differently.
                let is_first = one.cond.to_token_stream().to_string().contains("index == 0");
                let way = if is_first { 0 } else { self.choose(2) };
                match (&one.else_branch, way) {
                    (Some((_, other)), 1) => self.text(other, variables),
                    _ => self.text(tail(&one.then_branch)?, variables),
                }
            }
            Expr::Match(one) => {
                let arm = self.arm(&one.arms);
                self.text(&one.arms[arm].body, variables)
            }
            Expr::Block(block) => self.text(tail(&block.block)?, variables),
            Expr::Paren(one) => self.text(&one.expr, variables),
            _ => None,
        }
    }

    /// The arm of a `match` to take: the arm of the engine, if the arms differ by engine.
    fn arm(&mut self, arms: &[Arm]) -> usize {
        let pattern = |arm: &Arm| arm.pat.to_token_stream().to_string();
        let own = format!("{:?}", self.engine);
        let of_engine =
            arms.iter().any(|arm| pattern(arm).contains("Sqlite") || pattern(arm).contains("Postgres"));
        match arms.iter().position(|arm| pattern(arm).contains(&own)) {
            Some(arm) if of_engine => arm,
            None if of_engine => arms.len() - 1,
            _ => self.choose(arms.len()),
        }
    }

    fn expression(&mut self, expression: &Expr, variables: &mut Variables) -> Flow {
        match expression {
            Expr::MethodCall(call) => return self.method(call, variables),
            Expr::Call(call) => {
                for argument in &call.args {
                    self.expression(argument, variables);
                }
                if makes_statement(&call.func) {
                    if !call.func.to_token_stream().to_string().contains("Sql")
                        && let Some(text) = call.args.first().and_then(|one| self.text(one, variables))
                    {
                        self.found.push(text);
                    }
                } else if let Expr::Path(path) = &*call.func {
                    let name = path.path.segments.last().unwrap().ident.to_string();
                    if let Some(Value::Closure(closure)) = variables.get(&name).cloned() {
                        self.name(closure.inputs.iter().zip(&call.args), variables);
                        self.expression(&closure.body, variables);
                    }
                    self.call(&name, call.args.iter(), variables);
                }
            }
            Expr::If(one) => {
                self.expression(&one.cond, variables);
                return match (self.choose(2), &one.else_branch) {
                    (0, _) => self.block(&one.then_branch, variables),
                    (_, Some((_, other))) => self.expression(other, variables),
                    _ => Flow::On,
                };
            }
            Expr::Match(one) => {
                self.expression(&one.expr, variables);
                let arm = self.arm(&one.arms);
                return self.expression(&one.arms[arm].body, variables);
            }
            Expr::ForLoop(one) => {
                let times = self.item(&one.pat, &one.expr, variables);
                for _ in 0..times {
                    self.block(&one.body, variables);
                }
            }
            Expr::While(one) => {
                self.block(&one.body, variables);
            }
            Expr::Loop(one) => {
                self.block(&one.body, variables);
            }
            Expr::Block(one) => return self.block(&one.block, variables),
            Expr::Async(one) => {
                self.block(&one.block, variables);
            }
            Expr::Closure(one) => {
                self.expression(&one.body, variables);
            }
            Expr::Return(one) => {
                if let Some(value) = &one.expr {
                    self.expression(value, variables);
                }
                return Flow::Returns;
            }
            Expr::Try(one) => return self.expression(&one.expr, variables),
            Expr::Await(one) => return self.expression(&one.base, variables),
            Expr::Reference(one) => return self.expression(&one.expr, variables),
            Expr::Paren(one) => return self.expression(&one.expr, variables),
            Expr::Unary(one) => return self.expression(&one.expr, variables),
            Expr::Let(one) => return self.expression(&one.expr, variables),
            Expr::Assign(one) => return self.expression(&one.right, variables),
            Expr::Binary(one) => {
                self.expression(&one.left, variables);
                self.expression(&one.right, variables);
            }
            Expr::Tuple(one) => {
                for part in &one.elems {
                    self.expression(part, variables);
                }
            }
            Expr::Struct(one) => {
                for field in &one.fields {
                    self.expression(&field.expr, variables);
                }
            }
            _ => {}
        }
        Flow::On
    }

    /// Takes one item of the list that a loop iterates over, if the items are SQL. Returns how often the loop
    /// runs.
    fn item(&mut self, names: &Pat, items: &Expr, variables: &mut Variables) -> usize {
        let Expr::Array(items) = items else { return 1 };
        let item = self.choose(items.elems.len());
        let item = &items.elems[item];
        let parts: Vec<(&Pat, &Expr)> = match (names, item) {
            (Pat::Tuple(names), Expr::Tuple(item)) => names.elems.iter().zip(&item.elems).collect(),
            _ => vec![(names, item)],
        };
        let known = variables.len();
        self.name(parts, variables);
        if variables.len() > known { 1 } else { items.elems.len() }
    }

    /// Stores the parts that are SQL under their names.
    fn name<'a>(&mut self, parts: impl IntoIterator<Item = (&'a Pat, &'a Expr)>, variables: &mut Variables) {
        for (pattern, part) in parts {
            let pattern = if let Pat::Type(typed) = pattern { &*typed.pat } else { pattern };
            if let (Pat::Ident(name), Some(value)) = (pattern, self.value(part, variables)) {
                variables.insert(name.ident.to_string(), value);
            }
        }
    }

    fn method(&mut self, call: &syn::ExprMethodCall, variables: &mut Variables) -> Flow {
        self.expression(&call.receiver, variables);
        let name = call.method.to_string();
        let of = base(&call.receiver)
            .map(ToString::to_string)
            .filter(|one| matches!(variables.get(one), Some(Value::Built(_))));
        if let Some(of) = of {
            let added = match name.as_str() {
                "push" => self.text(&call.args[0], variables),
                "bind" => Some(placeholder(&call.args[0])),
                _ => None,
            };
            if let (Some(added), Some(Value::Built(text))) = (added, variables.get_mut(&of)) {
                text.sql.push_str(&added.sql);
                text.pieces.extend(added.pieces);
                text.types.extend(added.types);
            }
            return Flow::On;
        }
        for argument in &call.args {
            self.expression(argument, variables);
        }
        self.call(&name, call.args.iter(), variables);
        Flow::On
    }

    /// Follows a call of a function that takes SQL.
    fn call<'a>(&mut self, name: &str, arguments: impl Iterator<Item = &'a Expr>, variables: &mut Variables) {
        let arguments: Vec<&Expr> = arguments.collect();
        let source = self.source;
        let named = || source.functions.get(name).into_iter().flatten();
        let room = |file: &str| file.split('/').next().map(str::to_owned);
        // Two rooms may have functions with the same name.
        let is_own = |function: &&Function| room(&function.file) == room(&self.file);
        let own: Vec<&Function> = named().filter(is_own).collect();
        for function in if own.is_empty() { named().collect() } else { own } {
            if function.parameters.len() != arguments.len() {
                continue;
            }
            let (mut given, mut lent) = (Variables::new(), Vec::new());
            for ((parameter, kind), argument) in function.parameters.iter().zip(&arguments) {
                let parameter = parameter.trim_start_matches("mut ").to_owned();
                if kind.contains("Sql") && kind.contains('&') {
                    let Some(name) = base(argument).map(ToString::to_string) else { continue };
                    let Some(value) = variables.get(&name) else { continue };
                    given.insert(parameter.clone(), value.clone());
                    lent.push((parameter, name));
                } else if kind.contains("str") && kind.contains("static") {
                    given.extend(self.value(argument, variables).map(|value| (parameter, value)));
                }
            }
            if given.is_empty() {
                continue;
            }
            let after = self.run(function, given);
            for (parameter, name) in lent {
                variables.insert(name, after[&parameter].clone());
            }
        }
    }
}

fn tail(block: &Block) -> Option<&Expr> {
    match block.stmts.last()? {
        Stmt::Expr(expression, None) => Some(expression),
        _ => None,
    }
}

/// A placeholder, and the type that PostgreSQL is told for the bound value.
fn placeholder(bound: &Expr) -> Text {
    let bound = bound.to_token_stream().to_string();
    let kind = if ["to_vec", "as_slice"].iter().any(|one| bound.contains(one)) {
        "BYTEA"
    } else if bound.starts_with("i32") {
        "INT"
    } else if ["to_string", "to_owned", "clone", "format !", "key", "as_str", "clean", "json !", "id", "iter"]
        .iter()
        .any(|one| bound.contains(one))
    {
        "TEXT"
    } else {
        "BIGINT"
    };
    Text { sql: "$?".to_owned(), pieces: Vec::new(), types: vec![kind] }
}

/// The statements of the server for an engine, each with the positions of its pieces.
fn statements(source: &Source, engine: Engine) -> BTreeMap<String, Text> {
    let mut found = BTreeMap::new();
    // A function that takes SQL is followed from its callers.
    let gets_sql = |(_, kind): &(String, String)| {
        (kind.contains("Sql") && kind.contains('&')) || (kind.contains("str") && kind.contains("static"))
    };
    let functions = source.functions.values().flatten();
    let mut functions: Vec<(&Function, bool)> = functions
        .filter(|function| !function.parameters.iter().any(gets_sql))
        .map(|function| (function, false))
        .collect();
    for round in 0..ROUNDS {
        let mut builder =
            Builder { source, engine, file: String::new(), chance: round, depth: 0, found: Vec::new() };
        for (function, has_statement) in &mut functions {
            let before = builder.found.len();
            builder.run(function, Variables::new());
            *has_statement |= builder.found.len() > before;
        }
        for text in builder.found {
            found.entry(text.sql.clone()).or_insert(text);
        }
        if round + 1 == FIRST_ROUNDS {
            functions.retain(|(_, has_statement)| *has_statement);
        }
    }
    found
}

/// A statement with numbered placeholders, or with typed `NULL`s in their place.
fn written(text: &Text, is_typed: bool) -> String {
    let mut sql = String::new();
    let mut types = text.types.iter();
    for (index, part) in text.sql.split("$?").enumerate() {
        if index > 0 {
            let kind = types.next().unwrap();
            let placeholder = if is_typed { format!("CAST(NULL AS {kind})") } else { format!("${index}") };
            sql.push_str(&placeholder);
        }
        sql.push_str(part);
    }
    sql
}

/// The error of preparing a statement. `None` on success.
async fn fault<C>(connection: &mut C, text: &Text) -> Option<String>
where
    C: sqlx::Connection,
    for<'c> &'c mut C: Executor<'c, Database = C::Database>,
{
    let mut first = None;
    for is_typed in [false, true] {
        let sql = written(text, is_typed);
        match (&mut *connection).prepare(AssertSqlSafe(sql.clone()).into_sql_str()).await {
            Ok(_) => return None,
            Err(error) => {
                first = first.or_else(|| Some(format!("{:?}: {sql}\n  {error}", text.pieces.first())));
            }
        }
    }
    first
}

async fn are_prepared(place: Where, engine: Engine) {
    let source = Source::read();
    let found = statements(&source, engine);
    assert!(found.len() > 140, "{}", found.len());
    let covered: BTreeSet<&Place> = found.values().flat_map(|text| &text.pieces).collect();
    let other = |place: &&Place| {
        // These files contain SQL for only one engine.
        matches!(place.0.as_str(), "database/engine.rs" | "database/migrations.rs")
    };
    let missing: Vec<&Place> =
        source.pieces.iter().filter(|place| !covered.contains(place) && !other(place)).collect();
    assert!(missing.is_empty(), "pieces of SQL that no statement was built with: {missing:?}");

    let _server = Server::start(place.clone()).await;
    let mut faults: Vec<String> = Vec::new();
    if let Some(url) = &place.database_url {
        let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
        for text in found.values() {
            faults.extend(fault(&mut connection, text).await);
        }
    } else {
        let url = format!("sqlite://{}", place.data_dir().join("latchkey.db").display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        let of_postgres = |text: &Text| {
            text.sql.contains("pg_")
                || text.sql.contains("clock_timestamp")
                || text
                    .pieces
                    .iter()
                    .any(|(file, _)| matches!(file.as_str(), "database/log.rs" | "database/standing.rs"))
        };
        for text in found.values().filter(|text| !of_postgres(text)) {
            faults.extend(fault(&mut connection, text).await);
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn every_statement_prepares_on_sqlite() {
    are_prepared(Where::sqlite(), Engine::Sqlite).await;
}

#[tokio::test]
async fn every_statement_prepares_on_postgres() {
    if let Some(place) = Where::postgres().await {
        are_prepared(place, Engine::Postgres).await;
    }
}
