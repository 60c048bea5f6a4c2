//! The shape of a red-black tree, without what is in it. It grows as the reference's `std::set` does (`libstdc++`), for which elements
//! are compared when one more is added shows in messages.

/// A node: how many were added before it.
pub(crate) type Node = u32;

/// The side of a node on which another hangs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Less,
    Greater,
}

impl Side {
    fn other(self) -> Side {
        match self {
            Side::Less => Side::Greater,
            Side::Greater => Side::Less,
        }
    }
}

struct Links {
    parent: Option<Node>,
    children: [Option<Node>; 2],
    is_red: bool,
}

/// A tree of nodes that can only be added.
#[derive(Default)]
pub(crate) struct SearchTree {
    root: Option<Node>,
    nodes: Vec<Links>,
}

impl SearchTree {
    /// Returns where a search starts.
    pub fn root(&self) -> Option<Node> {
        self.root
    }

    /// Returns where a search goes on.
    pub fn child(&self, node: Node, side: Side) -> Option<Node> {
        self.nodes[node as usize].children[side as usize]
    }

    /// Adds a node where a search has ended: on a side of the last node, of none in an empty tree.
    pub fn add(&mut self, last: Option<(Node, Side)>) {
        let node = self.nodes.len() as Node;
        self.nodes.push(Links {
            parent: last.map(|(parent, _)| parent),
            children: [None; 2],
            is_red: true,
        });
        match last {
            None => self.root = Some(node),
            Some((parent, side)) => {
                self.nodes[parent as usize].children[side as usize] = Some(node)
            }
        }
        self.balance(node);
    }

    fn balance(&mut self, mut node: Node) {
        while let Some(parent) = self.parent(node).filter(|&parent| self.is_red(parent))
            && let Some(above) = self.parent(parent)
        {
            let side = self.side(above, parent);
            match self.child(above, side.other()) {
                Some(uncle) if self.is_red(uncle) => {
                    self.nodes[parent as usize].is_red = false;
                    self.nodes[uncle as usize].is_red = false;
                    self.nodes[above as usize].is_red = true;
                    node = above;
                }
                _ => {
                    let mut top = parent;
                    if self.side(parent, node) != side {
                        self.rotate(parent, side);
                        top = node;
                        node = parent;
                    }
                    self.nodes[top as usize].is_red = false;
                    self.nodes[above as usize].is_red = true;
                    self.rotate(above, side.other());
                }
            }
        }
        if let Some(root) = self.root {
            self.nodes[root as usize].is_red = false;
        }
    }

    fn parent(&self, node: Node) -> Option<Node> {
        self.nodes[node as usize].parent
    }

    fn is_red(&self, node: Node) -> bool {
        self.nodes[node as usize].is_red
    }

    fn side(&self, parent: Node, node: Node) -> Side {
        if self.child(parent, Side::Less) == Some(node) {
            Side::Less
        } else {
            Side::Greater
        }
    }

    /// Moves a node down to a side; its child on the other side takes its place.
    fn rotate(&mut self, node: Node, side: Side) {
        let Some(child) = self.child(node, side.other()) else {
            return;
        };
        let inner = self.child(child, side);
        self.nodes[node as usize].children[side.other() as usize] = inner;
        if let Some(inner) = inner {
            self.nodes[inner as usize].parent = Some(node);
        }
        let parent = self.parent(node);
        self.nodes[child as usize].parent = parent;
        match parent {
            None => self.root = Some(child),
            Some(parent) => {
                let place = self.side(parent, node);
                self.nodes[parent as usize].children[place as usize] = Some(child);
            }
        }
        self.nodes[child as usize].children[side as usize] = Some(node);
        self.nodes[node as usize].parent = Some(child);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree_of(keys: &[u32]) -> SearchTree {
        let mut tree = SearchTree::default();
        for (index, key) in keys.iter().enumerate() {
            let (mut next, mut last) = (tree.root(), None);
            while let Some(node) = next {
                let side = if *key < keys[node as usize] {
                    Side::Less
                } else {
                    Side::Greater
                };
                last = Some((node, side));
                next = tree.child(node, side);
            }
            tree.add(last);
            assert_eq!(tree.nodes.len(), index + 1);
        }
        tree
    }

    fn depth(tree: &SearchTree, node: Option<Node>) -> usize {
        node.map_or(0, |node| {
            1 + depth(tree, tree.child(node, Side::Less))
                .max(depth(tree, tree.child(node, Side::Greater)))
        })
    }

    fn keys_in_order(tree: &SearchTree, keys: &[u32], node: Option<Node>, found: &mut Vec<u32>) {
        if let Some(node) = node {
            keys_in_order(tree, keys, tree.child(node, Side::Less), found);
            found.push(keys[node as usize]);
            keys_in_order(tree, keys, tree.child(node, Side::Greater), found);
        }
    }

    #[test]
    fn trees_stay_ordered_and_shallow() {
        let ascending: Vec<u32> = (0..1000).collect();
        let scattered: Vec<u32> = (0..1000).map(|index| index * 617 % 1009).collect();
        for mut keys in [ascending, scattered] {
            let tree = tree_of(&keys);
            let mut found = Vec::new();
            keys_in_order(&tree, &keys, tree.root(), &mut found);
            assert!(depth(&tree, tree.root()) <= 19);
            keys.sort();
            assert_eq!(found, keys);
        }
    }

    #[test]
    fn the_second_of_three_ascending_keys_becomes_the_root() {
        assert_eq!(tree_of(&[1, 2, 3]).root(), Some(1));
        assert_eq!(tree_of(&[3, 1, 2]).root(), Some(2));
    }
}
