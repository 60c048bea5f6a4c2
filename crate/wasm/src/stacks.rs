//! Native stacks besides that of the worker, where the browser has them.
//!
//! JavaScript Promise Integration starts a function that is exported as *promising* on a stack of its own. That is for functions which wait
//! for promises; one that does not wait has run to its end when the call returns. So a deep evaluation takes one stack after the other.
//! What the compiler itself keeps on a stack, in the module's memory, gets more room with the first of them.

use std::cell::{Cell, OnceCell, RefCell};
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::rc::Rc;

use drvlab_lang::native_stack::NativeStacks;
use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::*;

/// Stacks in use at once: enough for 10,000 nested calls with an operator in each. Each takes a little of the worker's own stack, too,
/// and up to a megabyte of memory.
const COUNT: u32 = 40;

/// Bytes of the stack in the module's memory for all of them; what is not used takes no memory. Of 80 kinds of recursion, operators on
/// Booleans and `import` take the most: 3.5 MB for all levels.
const ROOM: usize = 6 << 20;

/// Bytes of it that must be left for a further stack: as many as the first one has.
const ROOM_OF_ONE: usize = 640 << 10;

#[wasm_bindgen]
extern "C" {
    /// Makes a function of the module one that starts on a stack of its own.
    #[wasm_bindgen(catch, js_namespace = WebAssembly)]
    fn promising(function: &JsValue) -> Result<Function, JsValue>;

    /// The global variable of the module that points to its stack in memory.
    #[derive(Debug)]
    type StackPointer;

    #[wasm_bindgen(method, getter)]
    fn value(this: &StackPointer) -> usize;

    #[wasm_bindgen(method, setter)]
    fn set_value(this: &StackPointer, value: usize);
}

/// Returns the stacks that the browser has.
pub(crate) fn of_browser() -> Option<NativeStacks> {
    starter()?;
    Some(NativeStacks {
        count: COUNT,
        run: Rc::new(|act| {
            if let Some(starter) = starter() {
                starter.run(act);
            }
        }),
    })
}

/// Forgets what refers to JavaScript; it is made again when it is needed.
pub(crate) fn forget() {
    STARTER.take();
}

thread_local! {
    static STARTER: RefCell<Option<Rc<Starter>>> = const { RefCell::new(None) };

    /// What the stack that is being started is for.
    static ACT: Cell<Option<NonNull<dyn FnMut()>>> = const { Cell::new(None) };
}

/// Starts the module on other stacks.
struct Starter {
    start: Function,
    pointer: StackPointer,
    room: OnceCell<Box<[MaybeUninit<u8>]>>,
}

fn starter() -> Option<Rc<Starter>> {
    STARTER.with_borrow_mut(|starter| {
        if starter.is_none() {
            *starter = Starter::new().map(Rc::new);
        }
        starter.clone()
    })
}

impl Starter {
    fn new() -> Option<Self> {
        let exports = wasm_bindgen::exports();
        let export = |name: &str| Reflect::get(&exports, &JsValue::from_str(name)).ok();
        Some(Starter {
            start: promising(&export("goOnHere")?).ok()?,
            pointer: export("__stack_pointer")?.unchecked_into(),
            room: OnceCell::new(),
        })
    }

    /// Calls a function on another stack, unless its room in the module's memory is used up.
    fn run(&self, act: &mut dyn FnMut()) {
        let before = self.pointer.value();
        let room = self.room.get_or_init(|| Box::new_uninit_slice(ROOM));
        let room = room.as_ptr_range();
        let (bottom, top) = (room.start.addr(), room.end.addr());
        let used = if (bottom..=top).contains(&before) {
            top - before
        } else {
            0
        };
        if ROOM - used < ROOM_OF_ONE {
            return;
        }
        let has_ended = Cell::new(false);
        let mut act = || {
            act();
            has_ended.set(true);
        };
        let act: *mut (dyn FnMut() + '_) = &mut act;
        // SAFETY: only the lifetime is another. What takes the pointer is called below, and not later than that.
        let act: *mut (dyn FnMut() + 'static) = unsafe { std::mem::transmute(act) };
        ACT.set(NonNull::new(act));
        // The compiler wants the stack to be aligned.
        self.pointer.set_value((top - used) & !15);
        let started = self.start.call0(&JsValue::UNDEFINED);
        self.pointer.set_value(before);
        ACT.set(None);
        if started.is_err() || !has_ended.get() {
            // As if it had happened on this stack.
            wasm_bindgen::throw_str("the evaluator has failed on another stack");
        }
    }
}

/// Goes on with an evaluation on the stack that this is called on.
#[wasm_bindgen(js_name = goOnHere, skip_typescript)]
pub fn go_on_here() {
    if let Some(mut act) = ACT.take() {
        // SAFETY: who has left the pointer waits for the end of this call.
        let act = unsafe { act.as_mut() };
        act();
    }
}
