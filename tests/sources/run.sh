#!/bin/sh
echo run $1 > $out
