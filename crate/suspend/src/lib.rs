//! The attribute behind the evaluator's two compilations.
//!
//! Recursive functions are written once, as `async fn`. A module that imports [`direct`] gets them as plain functions, with
//! `async` and every `.await` taken out: the fastest form, limited by the native stack. A module that imports
//! [`deferred`] gets them as futures that a heap-allocated stack runs to any depth.
//! Both names are imported as `suspendable`, so the text is the same.
//!
//! The deferred functions have a type parameter, the *site*. It means nothing to them, but what has a type parameter is compiled where
//! the parameter is chosen: in the crate that makes a machine, with that crate's level of optimisation.

use proc_macro::{Delimiter, Group, TokenStream, TokenTree};

/// Turns an `async fn` into a plain one.
#[proc_macro_attribute]
pub fn direct(_: TokenStream, item: TokenStream) -> TokenStream {
    without_async(item)
}

/// Gives an `async fn` without type parameters the site as one: `async fn f(stk: &mut Stk)` becomes `async fn f<Site: 'static>(stk: &mut Stk<Site>)`.
#[proc_macro_attribute]
pub fn deferred(_: TokenStream, item: TokenStream) -> TokenStream {
    let mut result = Vec::new();
    let mut tokens = item.into_iter();
    while let Some(token) = tokens.next() {
        let is_fn = matches!(&token, TokenTree::Ident(word) if word.to_string() == "fn");
        result.push(token);
        if is_fn {
            result.extend(tokens.next());
            result.extend(site(": 'static"));
            if let Some(TokenTree::Group(parameters)) = tokens.next() {
                result.push(TokenTree::Group(with_site(&parameters)));
            }
            result.extend(tokens.by_ref());
        }
    }
    result.into_iter().collect()
}

/// Names the site in the type of the stack.
fn with_site(parameters: &Group) -> Group {
    let mut result = Vec::new();
    for token in parameters.stream() {
        let is_stack = matches!(&token, TokenTree::Ident(word) if word.to_string() == "Stk");
        result.push(token);
        if is_stack {
            result.extend(site(""));
        }
    }
    let mut group = Group::new(Delimiter::Parenthesis, result.into_iter().collect());
    group.set_span(parameters.span());
    group
}

/// Makes `<Site>`, with a bound.
fn site(bound: &str) -> TokenStream {
    format!("<Site{bound}>")
        .parse()
        .expect("this is a list of one type parameter")
}

fn without_async(tokens: TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter().peekable();
    let mut kept = Vec::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word.to_string() == "async" => {}
            TokenTree::Punct(dot) if dot.as_char() == '.' => match tokens.peek() {
                Some(TokenTree::Ident(word)) if word.to_string() == "await" => {
                    tokens.next();
                }
                _ => kept.push(TokenTree::Punct(dot)),
            },
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_async(group.stream()));
                inner.set_span(group.span());
                kept.push(TokenTree::Group(inner));
            }
            other => kept.push(other),
        }
    }
    kept.into_iter().collect()
}
