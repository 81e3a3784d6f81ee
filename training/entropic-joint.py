"""The jointly trained networks of the entropic memories before CIFAR-10 (entropic-memory.md sections 9, 10): encoder, decoder, classifier with one loss.

    python3 training/entropic-joint.py mnist   --data mnist/           --out training/runs/entropic-mnist
    python3 training/entropic-joint.py fashion --data fashion-mnist/   --out training/runs/entropic-fashion
    python3 training/entropic-joint.py digits  --data mnist/           --out training/runs/entropic-digits
    python3 training/entropic-joint.py letters --data emnist-letters/  --out training/runs/entropic-letters

    name      preset       loss: cross-entropy +            batch  epochs                       corpora
    mnist     mnist2021    binary cross-entropy of [0, 1]    100   10                           57/33/10 % in order
    fashion   fashion2023  Huber of pixels 0..255             32   300 at most, patience 7      70/20/10 % after a shuffle
    digits    hetero2024   squares of pixels 0..255           32   300 at most, patience 10     70/20/10 % of each class
    letters   hetero2024   the same, EMNIST letters           32   the same                     the same

--data: the folder of the four IDX files (train-, t10k-), plain or .gz. Adam 1e-3. Of the training corpus the first 80 % train and the rest decides when to
stop, by the authors' rule (section 6) over validation accuracy, error and loss; `mnist` runs its ten epochs. `--minutes` stops at the end of the epoch in which
they are over, to the same effect as patience lost. The same command goes on after its last epoch; order and dropout of an epoch follow from seed and epoch.

Writes OUT/entropic-NAME-{encoder,decoder,classifier}.safetensors (f16 kernels and matrices, f32 vectors; pixels in [0, 1] at both ends: 255 is
multiplied into the first kernel) and OUT/metrics.json, measured on the test corpus with the weights as written.
"""
import argparse
import json
import math
import os
import time

import numpy as np
import torch
from torch.nn import functional as F

import corpora
import idx
import jointnets
from export import write
from stopping import Patience

NAMES = {
    "mnist": dict(kind="mnist2021", build=jointnets.mnist, scale=1, batch=100, epochs=10, patience=0, loss=lambda y, x: F.binary_cross_entropy(y, x)),
    "fashion": dict(kind="fashion2023", build=jointnets.fashion, scale=255, batch=32, epochs=300, patience=7, loss=lambda y, x: F.huber_loss(y * 255, x)),
    "digits": dict(kind="hetero2024", build=jointnets.hetero, scale=255, batch=32, epochs=300, patience=10, loss=lambda y, x: F.mse_loss(y * 255, x)),
}
NAMES["letters"] = NAMES["digits"]


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("name", choices=NAMES)
    add("--data", required=True)
    add("--out", required=True)
    add("--fold", type=int, default=0, choices=range(10))
    add("--epochs", type=int, help="at most so many (default: of the paper)")
    add("--batch", type=int, help="default: of the paper")
    add("--minutes", type=float, default=math.inf, help="begin no epoch after so many minutes of this call")
    add("--rate", type=float, default=1e-3)
    add("--seed", type=int, default=1)
    add("--device", default="cpu", choices=("cpu", "cuda"))
    add("--threads", type=int, default=1)
    add("--limit", type=int, default=0, help="use the first pictures of each corpus only (a trial)")
    return parser.parse_args()


def read(folder):
    """All pictures as bytes N x 1 x 28 x 28 and labels: the training file, then the test file."""
    pictures = [idx.pixels(idx.find(folder, f"{part}-images-idx3-ubyte")) for part in ("train", "t10k")]
    labels = [idx.labels(idx.find(folder, f"{part}-labels-idx1-ubyte")) for part in ("train", "t10k")]
    return np.concatenate(pictures).reshape(-1, 1, 28, 28), np.concatenate(labels).astype(np.int64)


def losses(recipe, model, pictures, labels):
    """Loss, hits and squared error (pixels 0..1) of a batch of bytes."""
    x = pictures.float() * (recipe["scale"] / 255)
    logits, y = model(x)
    hits = (logits.argmax(1) == labels).sum()
    error = (y.detach() - pictures.float() / 255).square().sum()
    return F.cross_entropy(logits, labels) + recipe["loss"](y, x), hits, error


def summary(sums, count):
    """Means of [loss of pictures, hits, squared error]."""
    loss, hits, error = (float(value) for value in sums)
    return {"loss": loss / count, "accuracy": hits / count, "rmse": math.sqrt(error / (count * 784))}


@torch.no_grad()
def measure(recipe, model, pictures, labels, rows, size=1000):
    model.eval()
    sums = torch.zeros(3, device=pictures.device, dtype=torch.float64)
    for part in rows.split(size):
        loss, hits, error = losses(recipe, model, pictures[part], labels[part])
        sums += torch.stack((loss * len(part), hits, error)).double()
    return summary(sums, len(rows))


def train(recipe, model, optimizer, pictures, labels, rows, batch, generator):
    """One epoch over all rows; the running means of training, dropout active, as Keras gives them."""
    model.train()
    sums = torch.zeros(3, device=pictures.device, dtype=torch.float64)
    shuffled = rows[torch.randperm(len(rows), generator=generator, device=rows.device)]
    for part in shuffled.split(batch):
        loss, hits, error = losses(recipe, model, pictures[part], labels[part])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        sums += torch.stack((loss.detach() * len(part), hits, error)).double()
    return summary(sums, len(rows))


def written(state, scale):
    """The state as files hold it: pixels in [0, 1]."""
    return {name: value * scale if name == "encoder.conv1.weight" else value for name, value in state.items()}


def save(args, recipe, model, state, about, pictures, labels, test):
    files = written(state, recipe["scale"])
    half = {name: value.half().float() if value.ndim >= 2 else value for name, value in files.items()}
    model.load_state_dict({name: value / recipe["scale"] if name == "encoder.conv1.weight" else value for name, value in half.items()})
    about = {**about, "test": {name: round(value, 5) for name, value in measure(recipe, model, pictures, labels, test).items()}, "sha256": {}}
    text = {"format": "pt", "recipe": "training/entropic-joint.py", "licence": "MIT", **{name: str(about[name]) for name in ("network", "preset", "n", "fold", "epochs", "seed")}}
    for part in ("encoder", "decoder", "classifier"):
        path = os.path.join(args.out, f"entropic-{args.name}-{part}.safetensors")
        mine = {name[len(part) + 1:]: value for name, value in files.items() if name.startswith(part + ".")}
        about["sha256"][os.path.basename(path)] = write(path, mine, {**text, "architecture": f"entropic-{'hetero' if recipe['kind'] == 'hetero2024' else args.name}-{part}"})
    with open(os.path.join(args.out, "metrics.json"), "w") as file:
        json.dump(about, file, indent=1)
    print(json.dumps(about, indent=1), flush=True)


def main():
    args, began = options(), time.time()
    recipe = NAMES[args.name]
    epochs, batch = args.epochs or recipe["epochs"], args.batch or recipe["batch"]
    if args.device == "cuda" and not torch.cuda.is_available():
        raise SystemExit("--device cuda: this PyTorch sees no GPU; leave --device out")
    torch.set_num_threads(args.threads)
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(args.seed)
    os.makedirs(args.out, exist_ok=True)
    images, answers = read(args.data)
    sets = [torch.from_numpy(part[:args.limit] if args.limit else part).to(args.device) for part in corpora.corpora(recipe["kind"], answers, args.fold)]
    pictures, labels = torch.from_numpy(images).to(args.device), torch.from_numpy(answers).to(args.device)
    training = sets[corpora.TRAIN]
    own, held = training[:len(training) * 4 // 5], training[len(training) * 4 // 5:]
    if recipe["patience"] == 0:
        own = training
    model = recipe["build"]().to(args.device)
    optimizer = torch.optim.Adam(model.parameters(), args.rate, eps=1e-7, **({"fused": True} if args.device == "cuda" else {}))
    patience, history, first, seconds, over = Patience(recipe["patience"], {"accuracy": 1, "rmse": -1}), [], 0, 0.0, False
    checkpoint, run = os.path.join(args.out, "checkpoint.pt"), [args.name, args.fold, args.seed, batch, args.rate, args.limit]
    if os.path.exists(checkpoint):
        state = torch.load(checkpoint, map_location=args.device, **({} if torch.__version__.startswith("1.") else {"weights_only": False}))
        if state["run"] != run:
            raise SystemExit(f"{checkpoint}: expected a run of {run}, got one of {state['run']}: give another folder with --out")
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        patience.__dict__.update(state["patience"])
        first, seconds, history, over = state["epoch"], state["seconds"], state["history"], state["over"]
        print(f"going on after epoch {first}", flush=True)
    for epoch in range(first, epochs):
        if over or time.time() - began > 60 * args.minutes:
            break
        start = time.time()
        torch.manual_seed(args.seed * 100003 + epoch)
        generator = torch.Generator(args.device).manual_seed(args.seed * 100003 + epoch)
        seen = train(recipe, model, optimizer, pictures, labels, own, batch, generator)
        valid = measure(recipe, model, pictures, labels, held)
        over = patience.after(epoch, seen, valid, model.state_dict())
        first, seconds = epoch + 1, seconds + time.time() - start
        history.append({"epoch": first, "train": seen, "valid": valid, "wait": patience.wait, "seconds": round(seconds, 1)})
        print(f"epoch {first}: " + ", ".join(f"{name} {seen[name]:.4f} / {valid[name]:.4f}" for name in seen) + f", wait {patience.wait}, {seconds:.0f} s", flush=True)
        torch.save({"run": run, "model": model.state_dict(), "optimizer": optimizer.state_dict(), "patience": patience.__dict__, "epoch": first, "seconds": seconds, "history": history, "over": over}, checkpoint + ".part")
        os.replace(checkpoint + ".part", checkpoint)
    about = {"network": args.name, "preset": recipe["kind"], "n": 64, "fold": args.fold, "epochs": first, "stopped": "patience" if over else "last epoch" if first == epochs else "minutes", "seed": args.seed,
             "batch": batch, "seconds": round(seconds, 1), "device": torch.cuda.get_device_name() if args.device == "cuda" else "cpu", "corpora": [len(part) for part in sets], "history": history}
    save(args, recipe, model, patience.stored, about, pictures, labels, sets[corpora.TEST])


if __name__ == "__main__":
    main()
