;; The sums of `checksum.ts`: sixteen side by side, each of every sixteenth word. They stand at the beginning of the memory, and what is
;; summed up from 64 on. Per word: rotate the sum by 5 bits, add the word by exclusive or, multiply by an odd number, each of which can be
;; undone, so that any change of one word changes its sum.
(module
  (memory (export "memory") 5)
  (func (export "mix") (param $at i32) (param $end i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $k v128)
    (local.set $k (i32x4.splat (i32.const 0x9e3779b1)))
    (local.set $a (v128.load offset=0 (i32.const 0)))
    (local.set $b (v128.load offset=16 (i32.const 0)))
    (local.set $c (v128.load offset=32 (i32.const 0)))
    (local.set $d (v128.load offset=48 (i32.const 0)))
    (loop $more
      (local.set $a (i32x4.mul (local.get $k) (v128.xor (v128.load offset=0 (local.get $at))
        (v128.or (i32x4.shl (local.get $a) (i32.const 5)) (i32x4.shr_u (local.get $a) (i32.const 27))))))
      (local.set $b (i32x4.mul (local.get $k) (v128.xor (v128.load offset=16 (local.get $at))
        (v128.or (i32x4.shl (local.get $b) (i32.const 5)) (i32x4.shr_u (local.get $b) (i32.const 27))))))
      (local.set $c (i32x4.mul (local.get $k) (v128.xor (v128.load offset=32 (local.get $at))
        (v128.or (i32x4.shl (local.get $c) (i32.const 5)) (i32x4.shr_u (local.get $c) (i32.const 27))))))
      (local.set $d (i32x4.mul (local.get $k) (v128.xor (v128.load offset=48 (local.get $at))
        (v128.or (i32x4.shl (local.get $d) (i32.const 5)) (i32x4.shr_u (local.get $d) (i32.const 27))))))
      (local.set $at (i32.add (local.get $at) (i32.const 64)))
      (br_if $more (i32.lt_u (local.get $at) (local.get $end))))
    (v128.store offset=0 (i32.const 0) (local.get $a))
    (v128.store offset=16 (i32.const 0) (local.get $b))
    (v128.store offset=32 (i32.const 0) (local.get $c))
    (v128.store offset=48 (i32.const 0) (local.get $d))))
