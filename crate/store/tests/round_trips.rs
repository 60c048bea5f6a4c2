//! Properties of arbitrary input: what is written can be read, and nothing that is read makes a panic.

use drvlab_store::{OrderedMap, OrderedSet};

use bstr::BString;
use drvlab_store::file_tree::is_entry_name;
use drvlab_store::{
    CacheInfo, ContentAddress, ContentAddressMethod, Derivation, DerivationInputs,
    DerivationOutput, DigestCache, FileTree, Hash, HashAlgorithm, HashFormat, NarInfo, SecretKey,
    Signature, StoreDir, StorePath, aterm, encoding, nar,
};
use proptest::collection::{SizeRange, vec};
use proptest::option;
use proptest::prelude::*;

fn map<K: Strategy, V: Strategy>(
    keys: K,
    values: V,
    size: impl Into<SizeRange>,
) -> impl Strategy<Value = OrderedMap<K::Value, V::Value>>
where
    K::Value: Ord,
{
    vec((keys, values), size).prop_map(OrderedMap::from_iter)
}

fn set<T: Strategy>(
    elements: T,
    size: impl Into<SizeRange>,
) -> impl Strategy<Value = OrderedSet<T::Value>>
where
    T::Value: Ord,
{
    vec(elements, size).prop_map(OrderedSet::from_iter)
}

fn bytes(longest: usize) -> impl Strategy<Value = BString> {
    vec(any::<u8>(), 0..longest).prop_map(BString::from)
}

fn store_path(suffix: &'static str) -> impl Strategy<Value = StorePath> {
    (any::<[u8; 20]>(), "[a-zA-Z0-9+_?=][a-zA-Z0-9+._?=-]{0,20}").prop_map(move |(hash, name)| {
        StorePath::new(hash, format!("{name}{suffix}").as_bytes()).expect("the name is allowed")
    })
}

fn algorithm() -> impl Strategy<Value = HashAlgorithm> {
    (0..HashAlgorithm::ALL.len()).prop_map(|index| HashAlgorithm::ALL[index])
}

fn hash() -> impl Strategy<Value = Hash> {
    (algorithm(), any::<u64>())
        .prop_map(|(algorithm, seed)| Hash::of(algorithm, &seed.to_le_bytes()))
}

fn address() -> impl Strategy<Value = ContentAddress> {
    (0..4, any::<u64>(), hash()).prop_map(|(method, seed, hash)| match method {
        0 => ContentAddress {
            method: ContentAddressMethod::Flat,
            hash,
        },
        1 => ContentAddress {
            method: ContentAddressMethod::Nar,
            hash,
        },
        2 => ContentAddress {
            method: ContentAddressMethod::Text,
            hash: Hash::of(HashAlgorithm::Sha256, &seed.to_le_bytes()),
        },
        _ => ContentAddress {
            method: ContentAddressMethod::Git,
            hash: Hash::of(HashAlgorithm::Sha1, &seed.to_le_bytes()),
        },
    })
}

fn output(name: &'static str) -> impl Strategy<Value = DerivationOutput> {
    prop_oneof![
        store_path("").prop_map(|path| DerivationOutput::InputAddressed { path }),
        address().prop_map(move |address| {
            DerivationOutput::fixed(&StoreDir::default(), address, name, "out".into())
                .expect("the name and the address are allowed")
        }),
        algorithm().prop_map(|algorithm| DerivationOutput::Floating {
            method: ContentAddressMethod::Nar,
            algorithm,
        }),
        Just(DerivationOutput::Deferred),
        algorithm().prop_map(|algorithm| DerivationOutput::Impure {
            method: ContentAddressMethod::Text,
            algorithm,
        }),
    ]
}

fn inputs() -> impl Strategy<Value = DerivationInputs> {
    let leaf =
        set("[a-z]{1,5}".prop_map(BString::from), 0..3).prop_map(|outputs| DerivationInputs {
            outputs,
            dynamic: OrderedMap::new(),
        });
    leaf.prop_recursive(3, 8, 2, |inner| {
        (
            set("[a-z]{1,5}".prop_map(BString::from), 0..3),
            map("[a-z]{1,5}".prop_map(BString::from), inner, 0..3),
        )
            .prop_map(|(outputs, dynamic)| DerivationInputs { outputs, dynamic })
    })
}

fn derivation() -> impl Strategy<Value = Derivation> {
    (
        output("name"),
        map(store_path(".drv"), inputs(), 0..4),
        set(store_path(""), 0..4),
        "[a-z0-9_-]{0,12}",
        bytes(20),
        vec(bytes(20), 0..4),
        map(bytes(8), bytes(40), 0..6),
    )
        .prop_map(
            |(output, input_drvs, input_srcs, system, builder, args, env)| Derivation {
                name: "name".to_owned(),
                outputs: OrderedMap::from([("out".into(), output)]),
                input_drvs,
                input_srcs,
                system: system.into(),
                builder,
                args,
                env: env.into_iter().collect(),
            },
        )
}

fn tree() -> impl Strategy<Value = FileTree> {
    let leaf = prop_oneof![
        (bytes(30), any::<bool>()).prop_map(|(contents, executable)| FileTree::File {
            contents: contents.as_slice().into(),
            executable,
        }),
        vec(1..=255u8, 1..20).prop_map(FileTree::symlink),
    ];
    let name = vec(any::<u8>(), 1..6).prop_filter("names", |name| is_entry_name(name));
    leaf.prop_recursive(5, 40, 5, move |inner| {
        map(name.clone().prop_map(BString::from), inner, 0..5).prop_map(FileTree::Directory)
    })
}

fn narinfo() -> impl Strategy<Value = NarInfo> {
    let signature =
        ("[a-z][a-z0-9.-]{0,8}", vec(any::<u8>(), 1..70)).prop_map(|(name, data)| Signature {
            key_name: name.into(),
            data,
        });
    (
        store_path(""),
        "[ -~]{1,30}",
        (option::of(hash()), hash(), any::<u64>(), 1..u64::MAX),
        set(store_path(""), 0..4),
        option::of(store_path(".drv")),
        set(signature, 0..3),
        option::of(address()),
    )
        .prop_map(
            |(
                path,
                url,
                (file_hash, nar_hash, file_size, nar_size),
                references,
                deriver,
                signatures,
                address,
            )| {
                NarInfo {
                    path,
                    url: url.into(),
                    compression: "xz".into(),
                    file_hash,
                    file_size,
                    nar_hash,
                    nar_size,
                    references,
                    deriver,
                    signatures,
                    content_address: address,
                }
            },
        )
}

proptest! {
    // Failures are printed in full; files of seeds would only be noise.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn encodings(data in vec(any::<u8>(), 0..80)) {
        let nix32 = encoding::nix32_encode(&data);
        prop_assert_eq!(encoding::nix32_decode(nix32.as_bytes()), Ok(data.clone()));
        let hex = encoding::hex_encode(&data);
        prop_assert_eq!(encoding::hex_decode(hex.as_bytes()), Ok(data.clone()));
        let base64 = encoding::base64_encode(&data);
        prop_assert_eq!(encoding::base64_decode(base64.as_bytes()), Ok(data));
    }

    #[test]
    fn hashes(hash in hash()) {
        for format in [HashFormat::Base16, HashFormat::Nix32, HashFormat::Base64, HashFormat::Sri] {
            prop_assert_eq!(Hash::parse_prefixed(hash.render_prefixed(format)), Ok(hash));
        }
    }

    #[test]
    fn content_addresses(address in address()) {
        prop_assert_eq!(ContentAddress::parse(address.to_string()), Ok(address));
    }

    #[test]
    fn store_paths(a in store_path(""), b in store_path("")) {
        prop_assert_eq!(StorePath::parse(a.to_string()), Ok(a.clone()));
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
    }

    #[test]
    fn derivations(derivation in derivation()) {
        let store_dir = StoreDir::default();
        let text = aterm::to_bytes(&derivation, &store_dir);
        // Without any dynamic output the plain form is written, which reads back as the same.
        prop_assert_eq!(aterm::parse(&text, "name", &store_dir), Ok(derivation));
    }

    #[test]
    fn damaged_derivations(derivation in derivation(), position in any::<prop::sample::Index>(), byte: u8) {
        let store_dir = StoreDir::default();
        let mut text = aterm::to_bytes(&derivation, &store_dir);
        let position = position.index(text.len());
        text[position] = byte;
        // Whatever still is a derivation is written as it was read, but for needless escapes.
        if let Ok(parsed) = aterm::parse(&text, "name", &store_dir) {
            let again = aterm::to_bytes(&parsed, &store_dir);
            prop_assert_eq!(aterm::parse(&again, "name", &store_dir), Ok(parsed));
        }
        prop_assert!(aterm::parse(&text[..position], "name", &store_dir).is_err());
    }

    #[test]
    fn instantiating_twice_changes_nothing(mut derivation in derivation()) {
        derivation.input_drvs.clear();
        let mut cache = DigestCache::new(StoreDir::default());
        let first = cache.instantiate(&mut derivation);
        let once = derivation.clone();
        prop_assert_eq!(cache.instantiate(&mut derivation), first);
        prop_assert_eq!(derivation, once);
    }

    #[test]
    fn archives(tree in tree()) {
        let archive = nar::to_bytes(&tree);
        prop_assert_eq!(nar::hash_and_size(&tree).1, archive.len() as u64);
        prop_assert_eq!(nar::read(&archive), Ok(tree));
    }

    #[test]
    fn damaged_archives(tree in tree(), position in any::<prop::sample::Index>(), byte: u8) {
        let mut archive = nar::to_bytes(&tree);
        let position = position.index(archive.len());
        archive[position] = byte;
        // There is exactly one archive of each tree.
        if let Ok(tree) = nar::read(&archive) {
            prop_assert_eq!(nar::to_bytes(&tree), archive);
        }
    }

    #[test]
    fn narinfos(info in narinfo()) {
        let store_dir = StoreDir::default();
        prop_assert_eq!(NarInfo::parse(&info.to_bytes(&store_dir), &store_dir), Ok(info));
    }

    #[test]
    fn any_text_is_read_without_panic(text in bytes(200)) {
        let store_dir = StoreDir::default();
        let _ = (
            NarInfo::parse(&text, &store_dir).is_ok(),
            CacheInfo::parse(&text).is_ok(),
            Hash::parse_any(&text, None).is_ok(),
            StorePath::parse(&text).is_ok(),
            store_dir.parse_path(&text).is_ok(),
            ContentAddress::parse(&text).is_ok(),
            Signature::parse(&text).is_ok(),
            SecretKey::parse(&text).is_ok(),
            nar::read(&text).is_ok(),
            aterm::parse(&text, "name", &store_dir).is_ok(),
        );
    }

    #[test]
    fn references_are_found_wherever_they_are(
        wanted in set(store_path(""), 1..4),
        before in bytes(100),
        between in bytes(5),
        piece in 1..200usize,
    ) {
        let mut text = before.to_vec();
        for path in &wanted {
            text.extend_from_slice(path.hash_part().as_bytes());
            text.extend_from_slice(&between);
        }
        let mut scanner = drvlab_store::ReferenceScanner::new(wanted.iter().cloned());
        for piece in text.chunks(piece) {
            drvlab_store::ByteSink::put(&mut scanner, piece);
        }
        let found: OrderedSet<_> = scanner.finish();
        prop_assert_eq!(found, wanted);
    }
}
