//! Divides a WASM module into what visits need at once and the rest, which is loaded when something of it is called.
//!
//! Which functions are of the first part is found out by calling them: a copy of the module counts while `tests/bench/training/visit.mjs` works
//! with it as visitors do. Both parts share memory, tables and globals. The first has, in the place of each function of the rest that it
//! mentions, one that calls it through the table; the rest puts its functions there when it is instantiated.

use std::collections::{BTreeSet, HashSet};

use anyhow::{Context as _, bail};
use walrus::ir::{RefIsNull, TableGet, Value, Visitor, dfs_in_order};
use walrus::{
    ConstExpr, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind,
    GlobalKind, ImportKind, ImportedFunction, Module, ModuleConfig, TableId, ValType, passes,
};

/// The name under which the rest imports everything of the first part.
const FIRST_PART: &str = "first";

/// What begins the names of exports that tell whether a function has been called.
const CALLED: &str = "called:";

/// The export that loads the rest.
const LOAD: &str = "loadRest";

/// Functions by their place among those of the module that are not imported.
type Places = HashSet<usize>;

/// Returns the module with a global variable for each function, exported under [`CALLED`] and its place, which is 1 once it has been called.
pub fn counting(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut module = parsed(module)?;
    for (place, function) in local_functions(&module).into_iter().enumerate() {
        let zero = ConstExpr::Value(Value::I32(0));
        let called = module.globals.add_local(ValType::I32, true, false, zero);
        module.exports.add(&format!("{CALLED}{place}"), called);
        let FunctionKind::Local(local) = &mut module.funcs.get_mut(function).kind else {
            bail!("a function that is not imported has no code");
        };
        let entry = local.entry_block();
        local
            .builder_mut()
            .instr_seq(entry)
            .instr_at(0, walrus::ir::GlobalSet { global: called })
            .instr_at(
                0,
                walrus::ir::Const {
                    value: Value::I32(1),
                },
            );
    }
    Ok(module.emit_wasm())
}

/// Returns the part with what was called, and the rest.
pub fn divided(module: &[u8], called: &Places) -> anyhow::Result<[Vec<u8>; 2]> {
    let mut first = parsed(module)?;
    let mut rest = parsed(module)?;
    let functions = ids(first.funcs.iter().map(walrus::Function::id));
    let mut moved: Moved = local_functions(&first)
        .into_iter()
        .enumerate()
        .filter(|(place, _)| !called.contains(place))
        .map(|(_, function)| function)
        .collect();
    // What loads the rest can't be in it.
    let load = first.exports.get_func(LOAD)?;
    let mut needed = vec![load];
    while let Some(function) = needed.pop() {
        if moved.remove(&function) || function == load {
            needed.extend(mentioned(&first, function));
        }
    }

    let entries = entries(&first, &moved);
    let slots = replace_by_calls(&mut first, &entries)?;
    let place = |function| functions.iter().position(|&other| other == function);
    let moved: HashSet<usize> = moved.into_iter().filter_map(place).collect();
    let entries: Vec<usize> = entries.into_iter().filter_map(place).collect();
    for (number, taken) in take_rest(&mut rest, &moved, &entries, slots)?
        .into_iter()
        .enumerate()
    {
        let missing = "both parts are read from one module";
        let item = match taken {
            Taken::Function(place) => ExportItem::Function(functions[place]),
            Taken::Global(place) => first
                .globals
                .iter()
                .nth(place)
                .context(missing)?
                .id()
                .into(),
            Taken::Memory(place) => first
                .memories
                .iter()
                .nth(place)
                .context(missing)?
                .id()
                .into(),
            Taken::Table(place) => first.tables.iter().nth(place).context(missing)?.id().into(),
        };
        first.exports.add(&short_name(number), item);
    }
    passes::gc::run(&mut first);
    Ok([first.emit_wasm(), rest.emit_wasm()])
}

/// What the rest takes from the first part, by its place among those of its kind.
enum Taken {
    Function(usize),
    Global(usize),
    Memory(usize),
    Table(usize),
}

/// Functions that go to the rest.
type Moved = HashSet<FunctionId>;

fn parsed(module: &[u8]) -> anyhow::Result<Module> {
    let mut config = ModuleConfig::new();
    // By names wasm-opt brings functions into order.
    config.generate_name_section(true);
    config.generate_producers_section(false);
    config.parse(module)
}

fn ids<Id>(of: impl Iterator<Item = Id>) -> Vec<Id> {
    of.collect()
}

fn local_functions(module: &Module) -> Vec<FunctionId> {
    ids(module.funcs.iter_local().map(|(id, _)| id))
}

/// The functions that one mentions in its code.
fn mentioned(module: &Module, function: FunctionId) -> BTreeSet<FunctionId> {
    struct Mentioned(BTreeSet<FunctionId>);
    impl<'code> Visitor<'code> for Mentioned {
        fn visit_function_id(&mut self, function: &FunctionId) {
            self.0.insert(*function);
        }
    }
    let mut found = Mentioned(BTreeSet::new());
    if let FunctionKind::Local(local) = &module.funcs.get(function).kind {
        dfs_in_order(&mut found, local, local.entry_block());
    }
    found.0
}

/// The functions that are moved but mentioned by what stays, in the order of the module.
fn entries(module: &Module, moved: &Moved) -> Vec<FunctionId> {
    let mut found = BTreeSet::new();
    for function in local_functions(module) {
        if !moved.contains(&function) {
            found.extend(mentioned(module, function));
        }
    }
    for export in module.exports.iter() {
        if let ExportItem::Function(function) = export.item {
            found.insert(function);
        }
    }
    for element in module.elements.iter() {
        if let ElementItems::Functions(items) = &element.items {
            found.extend(items);
        }
    }
    found.extend(module.start);
    found.retain(|function| moved.contains(function));
    ids(found.into_iter())
}

/// Gives each of `entries` code that calls what is in its slot of the table, once something is there; returns the first slot.
fn replace_by_calls(module: &mut Module, entries: &[FunctionId]) -> anyhow::Result<usize> {
    let table = function_table(module)?;
    let slots = add_slots(module, table, entries.len())?;
    let load = module.exports.get_func(LOAD)?;
    let slot = module.locals.add(ValType::I32);
    // Returns the slot again, which takes less room than to say it twice at each call.
    let mut ensure = FunctionBuilder::new(&mut module.types, &[ValType::I32], &[ValType::I32]);
    ensure.name("slot_of_rest".to_owned());
    ensure
        .func_body()
        .local_get(slot)
        .local_get(slot)
        .instr(TableGet { table })
        .instr(RefIsNull {})
        .if_else(
            None,
            |then| {
                then.call(load);
            },
            |_| {},
        );
    let ensure = ensure.finish(vec![slot], &mut module.funcs);
    for (index, &entry) in entries.iter().enumerate() {
        let slot = i32::try_from(slots + index)?;
        let ty = module.funcs.get(entry).ty();
        let parameters = module.types.params(ty).to_vec();
        let results = module.types.results(ty).to_vec();
        let locals = ids(parameters.iter().map(|&ty| module.locals.add(ty)));
        let mut code = FunctionBuilder::new(&mut module.types, &parameters, &results);
        let mut body = code.func_body();
        for &local in &locals {
            body.local_get(local);
        }
        body.i32_const(slot).call(ensure).call_indirect(ty, table);
        module.funcs.get_mut(entry).kind = FunctionKind::Local(code.local_func(locals));
    }
    Ok(slots)
}

fn function_table(module: &Module) -> anyhow::Result<TableId> {
    let table = module.tables.main_function_table()?;
    table.context("the module has no table of functions")
}

/// Makes a table larger; returns the first new slot.
fn add_slots(module: &mut Module, table: TableId, count: usize) -> anyhow::Result<usize> {
    let table = module.tables.get_mut(table);
    let slots = usize::try_from(table.initial)?;
    table.initial += count as u64;
    if let Some(maximum) = &mut table.maximum {
        *maximum += count as u64;
    }
    Ok(slots)
}

/// Leaves only what has been moved in a module, which takes all else from the first part, under the short name of its number in what is returned.
fn take_rest(
    module: &mut Module,
    moved: &HashSet<usize>,
    entries: &[usize],
    slots: usize,
) -> anyhow::Result<Vec<Taken>> {
    let table = function_table(module)?;
    let functions = ids(module.funcs.iter().map(walrus::Function::id));
    let globals = ids(module.globals.iter().map(walrus::Global::id));
    let memories = ids(module.memories.iter().map(walrus::Memory::id));
    let tables = ids(module.tables.iter().map(walrus::Table::id));

    module.start = None;
    for export in ids(module.exports.iter().map(walrus::Export::id)) {
        module.exports.delete(export);
    }
    for element in ids(module.elements.iter().map(walrus::Element::id)) {
        module.elements.delete(element);
    }
    for data in ids(module.data.iter().map(walrus::Data::id)) {
        module.data.delete(data);
    }

    for (place, &function) in functions.iter().enumerate() {
        let ty = module.funcs.get(function).ty();
        if let FunctionKind::Local(_) = module.funcs.get(function).kind
            && !moved.contains(&place)
        {
            let import = module.imports.add(FIRST_PART, "", function);
            let imported = ImportedFunction { import, ty };
            module.funcs.get_mut(function).kind = FunctionKind::Import(imported);
        }
    }
    for &global in &globals {
        let import = module.imports.add(FIRST_PART, "", global);
        module.globals.get_mut(global).kind = GlobalKind::Import(import);
    }
    for &memory in &memories {
        let import = module.imports.add(FIRST_PART, "", memory);
        let memory = module.memories.get_mut(memory);
        memory.import = Some(import);
        memory.data_segments.clear();
    }
    for &id in &tables {
        let import = module.imports.add(FIRST_PART, "", id);
        let table = module.tables.get_mut(id);
        table.import = Some(import);
        table.elem_segments.clear();
    }

    add_slots(module, table, entries.len())?;
    let offset = ConstExpr::Value(Value::I32(i32::try_from(slots)?));
    let element = module.elements.add(
        ElementKind::Active { table, offset },
        ElementItems::Functions(ids(entries.iter().map(|&place| functions[place]))),
    );
    module.tables.get_mut(table).elem_segments.insert(element);

    passes::gc::run(module);
    let mut taken = Vec::new();
    for import in module.imports.iter_mut() {
        import.module = FIRST_PART.to_owned();
        import.name = short_name(taken.len());
        taken.push(match import.kind {
            ImportKind::Function(id) => Taken::Function(place_of(&functions, id)?),
            ImportKind::Global(id) => Taken::Global(place_of(&globals, id)?),
            ImportKind::Memory(id) => Taken::Memory(place_of(&memories, id)?),
            ImportKind::Table(id) => Taken::Table(place_of(&tables, id)?),
            ImportKind::Tag(_) => bail!("tags are not shared between parts"),
        });
    }
    Ok(taken)
}

fn place_of<Id: PartialEq>(ids: &[Id], id: Id) -> anyhow::Result<usize> {
    let place = ids.iter().position(|other| *other == id);
    place.context("the rest imports what the module had not")
}

/// Names that begin with a digit, as no other export does: `0`, … `9`, `00`…
fn short_name(number: usize) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut name = String::from(char::from(DIGITS[number % 10]));
    let mut left = number / 10;
    while left > 0 {
        name.push(char::from(DIGITS[left % 36]));
        left /= 36;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `often` calls `seldom`, which calls `both`; `loadRest` calls `both`, too; nobody calls `never`.
    fn module() -> Vec<u8> {
        let mut module = Module::default();
        let table = module
            .tables
            .add_local(false, 7, Some(7), walrus::RefType::FUNCREF);
        let mut add = |name: &str, calls: Option<FunctionId>| {
            let mut code = FunctionBuilder::new(&mut module.types, &[ValType::I32], &[]);
            code.name(name.to_owned());
            let argument = module.locals.add(ValType::I32);
            if let Some(called) = calls {
                code.func_body().local_get(argument).call(called);
            }
            code.finish(vec![argument], &mut module.funcs)
        };
        let both = add("both", None);
        let seldom = add("seldom", Some(both));
        let often = add("often", Some(seldom));
        add("never", None);
        let mut load = FunctionBuilder::new(&mut module.types, &[], &[]);
        load.name(LOAD.to_owned());
        load.func_body().i32_const(1).call(both);
        let load = load.finish(Vec::new(), &mut module.funcs);
        module.exports.add("often", often);
        module.exports.add(LOAD, load);
        module.elements.add(
            ElementKind::Active {
                table,
                offset: ConstExpr::Value(Value::I32(1)),
            },
            ElementItems::Functions(vec![often]),
        );
        module.emit_wasm()
    }

    fn names(module: &Module) -> BTreeSet<String> {
        let functions = module.funcs.iter_local();
        ids(functions.filter_map(|(id, _)| module.funcs.get(id).name.clone()))
            .into_iter()
            .collect()
    }

    #[test]
    fn what_was_not_called_is_in_the_rest_but_for_what_loads_it() {
        let whole = module();
        let place = |name: &str| {
            let module = parsed(&whole).unwrap();
            let local = local_functions(&module);
            let named = |id: &FunctionId| module.funcs.get(*id).name.as_deref() == Some(name);
            local.iter().position(named).unwrap()
        };
        let [first, rest] = divided(&whole, &Places::from([place("often")])).unwrap();
        let [first, rest] = [parsed(&first).unwrap(), parsed(&rest).unwrap()];
        let expected = ["both", "loadRest", "often", "seldom", "slot_of_rest"];
        assert_eq!(names(&first), expected.map(str::to_owned).into());
        assert_eq!(names(&rest), ["seldom".to_owned()].into());

        let table = first.tables.get(function_table(&first).unwrap());
        assert_eq!((table.initial, table.maximum), (8, Some(8)));
        let [element] = &ids(rest.elements.iter())[..] else {
            panic!("the rest fills the table once");
        };
        let ElementKind::Active { offset, .. } = &element.kind else {
            panic!("the table is filled by the instance itself");
        };
        assert!(matches!(offset, ConstExpr::Value(Value::I32(7))));

        // All that the rest takes is there.
        for import in rest.imports.iter() {
            assert_eq!(import.module, FIRST_PART);
            assert!(
                first
                    .exports
                    .iter()
                    .any(|export| export.name == import.name)
            );
        }
        assert_eq!(rest.imports.iter().count(), 2);
    }

    #[test]
    fn each_function_has_a_mark_that_it_was_called() {
        let counting = parsed(&counting(&module()).unwrap()).unwrap();
        let marks = counting.exports.iter();
        let marks = marks.filter(|export| export.name.starts_with(CALLED));
        assert_eq!(marks.count(), local_functions(&counting).len());
    }

    #[test]
    fn names_are_short_and_not_those_of_others() {
        let names: HashSet<_> = (0..5000).map(short_name).collect();
        assert_eq!(names.len(), 5000);
        assert!(
            names
                .iter()
                .all(|name| name.len() <= 3
                    && name.starts_with(|first: char| first.is_ascii_digit()))
        );
    }

    #[test]
    fn a_module_that_cannot_load_its_rest_is_refused() {
        let whole = Module::default().emit_wasm();
        assert!(divided(&whole, &Places::new()).is_err());
        assert!(counting(b"no module").is_err());
    }
}
