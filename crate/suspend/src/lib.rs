//! The attribute behind the evaluator's two compilations.
//!
//! Recursive functions are written once, as `async fn`. A module that imports [`direct`] gets them as plain functions, with
//! `async` and every `.await` taken out: the fastest form, limited by the native stack. A module that imports
//! [`deferred`] gets them as they stand: futures that a heap-allocated stack runs to any depth.
//! Both names are imported as `suspendable`, so the text is the same.

use proc_macro::{Group, TokenStream, TokenTree};

/// Turns an `async fn` into a plain one.
#[proc_macro_attribute]
pub fn direct(_: TokenStream, item: TokenStream) -> TokenStream {
    without_async(item)
}

/// Leaves an `async fn` as it is.
#[proc_macro_attribute]
pub fn deferred(_: TokenStream, item: TokenStream) -> TokenStream {
    item
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
