#!/usr/bin/env bash
# Makes the ensemble that is shipped as `starter`, from nothing but seeds: about an hour on two cores at its full size.
#
#   OUT=starter-run examples/make_starter.sh
#
# What it leaves in OUT/starter is the store to ship: its files take the place of those beside
# src/neuronetra/adapters/stores/starter/__init__.py. A run that was stopped is taken up by the same command again.
# SERIES, FRESH (how many series to train on, and to measure on), SIZE, RECIPE and EPOCHS make a smaller one of it.
set -euo pipefail

OUT=${OUT:-starter-run}
SERIES=${SERIES:-1000}
FRESH=${FRESH:-400}
SIZE=${SIZE:-medium}
RECIPE=${RECIPE:-starter}
EPOCHS=${EPOCHS:-}
BOOTSTRAPS=${BOOTSTRAPS:-1000}

case $RECIPE in *.toml) RECIPE=$(cd "$(dirname "$RECIPE")" && pwd)/$(basename "$RECIPE") ;; esac
mkdir -p "$OUT"
cd "$OUT"

made=()
run() { # a command, shown, done, and noted for the model card
  echo "+ neuronetra $*" >&2
  local shown="neuronetra $*"
  made+=(--command "${shown//"$RECIPE"/"$(basename "$RECIPE")"}")
  neuronetra "$@"
}

run synthesize cohort --series "$SERIES" --seed 101 --size "$SIZE"
run synthesize fresh --series "$FRESH" --seed 202 --size "$SIZE"
run prepare cohort frames --recipe "$RECIPE" --slices sampled
run prepare fresh fresh-frames --recipe "$RECIPE" --slices sampled
run train frames models --recipe "$RECIPE" --seed 1 --pretrained none ${EPOCHS:+--epochs "$EPOCHS"}
run evaluate frames --models models --bootstraps "$BOOTSTRAPS" --format json --out out-of-fold.json
run evaluate fresh-frames --models models --bootstraps "$BOOTSTRAPS" --format json --out fresh.json

neuronetra models card models --evaluation out-of-fold.json --evaluation fresh.json --licence Apache-2.0 "${made[@]}"
rm -rf starter
neuronetra models ship models ./starter
neuronetra models verify ./starter > verified.txt
du -ch starter/*.onnx | tail -n 1
