//! Which nodes can reach each other without taking a byte.
//!
//! The search limits how often a repetition is entered at one place of the text. The count can only matter as long as the search stays among such
//! nodes, so it is forgotten when it leaves them.

use super::program::{Action, NONE, Node, NodeId};

/// Numbers the strongly connected components of the steps that take no byte (Tarjan's algorithm with an explicit stack).
#[inline]
pub(super) fn find(nodes: &mut [Node]) {
    let mut state = Tarjan {
        index: vec![NONE; nodes.len()],
        low: vec![0; nodes.len()],
        open: Vec::new(),
        count: 0,
    };
    let mut components = 0;
    for root in 0..nodes.len() as NodeId {
        if state.index[root as usize] != NONE {
            continue;
        }
        let mut calls = vec![(state.enter(root), 0)];
        while let Some((id, child)) = calls.last_mut() {
            let (id, successors) = (*id, successors(&nodes[*id as usize]));
            if let Some(&successor) = successors.get(*child) {
                *child += 1;
                if successor == NONE {
                    continue;
                }
                if state.index[successor as usize] == NONE {
                    calls.push((state.enter(successor), 0));
                } else if nodes[successor as usize].cycle == NONE {
                    let low = &mut state.low[id as usize];
                    *low = (*low).min(state.index[successor as usize]);
                }
                continue;
            }
            calls.pop();
            let low = state.low[id as usize];
            if let Some((parent, _)) = calls.last() {
                let parent = &mut state.low[*parent as usize];
                *parent = (*parent).min(low);
            }
            if low == state.index[id as usize] {
                while let Some(member) = state.open.pop() {
                    nodes[member as usize].cycle = components;
                    if member == id {
                        break;
                    }
                }
                components += 1;
            }
        }
    }
}

struct Tarjan {
    index: Vec<u32>,
    low: Vec<u32>,
    open: Vec<NodeId>,
    count: u32,
}

impl Tarjan {
    #[inline]
    fn enter(&mut self, id: NodeId) -> NodeId {
        self.index[id as usize] = self.count;
        self.low[id as usize] = self.count;
        self.count += 1;
        self.open.push(id);
        id
    }
}

/// The nodes that follow without taking a byte.
#[inline]
fn successors(node: &Node) -> [NodeId; 2] {
    match node.action {
        Action::Byte(_) | Action::Any | Action::Set(_) | Action::Accept => [NONE, NONE],
        Action::Either | Action::Repeat => [node.other, node.next],
        _ => [node.next, NONE],
    }
}
