"""Contrastive encoder of CIFAR-10 images: SimCLR (arXiv 2002.05709), NT-Xent loss (S8) on views that know the corruptions of a memory's cues.

    python3 training/contrastive.py --data cifar-10-binary.tar.gz --arch contrastive-small --augment rotation-aware --out training/runs/small
    python3 training/contrastive.py --data cifar-10-binary.tar.gz --arch resnet18-cifar --epochs 200 --device cuda --half --out training/runs/resnet18

An epoch ends with a checkpoint, `--out`/checkpoint.pt; the same command goes on from it. Order and views of epoch k follow from the seed
and k alone, so that a run in pieces is the run in one piece. The rate is warmed up over the first epoch, constant, and falls along
half a cosine in the last `--decay` of the epochs; --epochs may still be changed before the fall begins. On a machine lent for a while, `--clock M` makes the
run M minutes long and lets the rate fall by the clock: as good, but not twice the same. What is measured (recall.jsonl, on 1,000
test images) and exported is the running average of the weights.
"""
import argparse
import copy
import json
import math
import os
import time

import torch
from torch.nn import functional as F

import cifar
import tensors
from augment import RECIPES, pair
from models import ARCHITECTURES
from recall import table

CURVE = ("crop .5", "square 24", "rotate any", "noise .5 C1", "noise .5 C2")


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--data", required=True, help="cifar-10-binary.tar.gz")
    add("--out", required=True, help="folder of the checkpoint and the log")
    add("--arch", choices=ARCHITECTURES, default="contrastive-small")
    add("--augment", choices=RECIPES, default="rotation-aware")
    add("--epochs", type=int, default=40)
    add("--decay", type=float, default=0.4, help="share of the epochs in which the rate falls")
    add("--clock", type=float, default=0, help="minutes that the run takes, whatever the epochs")
    add("--batch", type=int, default=512)
    add("--rate", type=float, default=2e-3, help="peak of AdamW's rate")
    add("--weight-decay", type=float, default=1e-4)
    add("--temperature", type=float, default=0.15)
    add("--average", type=float, default=0.995, help="memory of the running average of the weights, per step")
    add("--warm-start", help="safetensors file whose tensors of the same name and shape are taken over")
    add("--seed", type=int, default=1)
    add("--device", default="cpu")
    add("--half", action="store_true", help="bfloat16 products (GPU)")
    add("--threads", type=int, default=1)
    add("--every", type=int, default=2, help="epochs from one measurement to the next")
    add("--limit", type=int, default=0, help="use the first images only (a trial)")
    return parser.parse_args()


def nt_xent(a, b, temperature):
    """(S8) for B pairs: each of the 2B embeddings against the 2B - 1 others."""
    u = F.normalize(torch.cat((a, b)).float())
    scores = u @ u.T / temperature
    scores.fill_diagonal_(-math.inf)
    n = len(a)
    return F.cross_entropy(scores, torch.arange(2 * n, device=u.device).roll(n))


def rate(args, progress, done):
    """`progress` in epochs, `done` the share of the run that is over."""
    if progress < 1:
        return args.rate * progress
    return args.rate * 0.5 * (1 + math.cos(math.pi * min(1, max(0, 1 - (1 - done) / args.decay))))


def warm_start(model, path):
    own, given = model.state_dict(), tensors.load(path)
    taken = {name: torch.from_numpy(given[name]) for name in own if name in given and tuple(own[name].shape) == given[name].shape}
    model.load_state_dict({**own, **taken})
    print(f"warm start: {len(taken)} of {len(own)} tensors from {path}", flush=True)


def main():
    args, started = options(), time.time()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = True
    os.makedirs(args.out, exist_ok=True)
    device, recipe = torch.device(args.device), RECIPES[args.augment]
    images, _ = cifar.read(args.data, cifar.TRAIN)
    images = (images[:args.limit] if args.limit else images).to(device)
    test = cifar.read(args.data, cifar.TEST)[0][:1000].float().div(255).to(device)
    model = ARCHITECTURES[args.arch]().to(device, memory_format=torch.channels_last)
    if args.warm_start:
        warm_start(model, args.warm_start)
    average = copy.deepcopy(model).requires_grad_(False)
    # No decay of norms and biases.
    flat = [p for p in model.parameters() if p.ndim < 2]
    groups = [{"params": [p for p in model.parameters() if p.ndim >= 2], "weight_decay": args.weight_decay}, {"params": flat, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=args.rate, betas=(0.9, 0.99))
    checkpoint = os.path.join(args.out, "checkpoint.pt")
    first, seconds = resumed(checkpoint, device, model, average, optimizer)
    steps = len(images) // args.batch
    if steps == 0:
        raise SystemExit(f"--batch: expected at most the {len(images)} images, got {args.batch}")
    for epoch in range(first, args.epochs):
        began, processor, total = time.time(), time.process_time(), 0.0
        generator = torch.Generator(device).manual_seed(args.seed * 100003 + epoch)
        order = torch.randperm(len(images), generator=generator, device=device)
        model.train()
        for step in range(steps):
            batch = images[order[step * args.batch:(step + 1) * args.batch]].float().div_(255)
            with torch.no_grad():
                views = torch.cat(pair(batch, generator, recipe)).contiguous(memory_format=torch.channels_last)
            progress = epoch + (step + 1) / steps
            done = (time.time() - started) / (60 * args.clock) if args.clock else progress / args.epochs
            for group in optimizer.param_groups:
                group["lr"] = rate(args, progress, done)
            with torch.autocast(device.type, torch.bfloat16, enabled=args.half):
                embedded = model(views)[1]
            loss = nt_xent(embedded[:args.batch], embedded[args.batch:], args.temperature)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            follow(average, model, min(args.average, 1 - 1 / (2 + epoch * steps + step)))
            total += loss.detach()
            if step % 20 == 0 and not args.clock:
                print(f"epoch {epoch + 1} step {step}/{steps} loss {loss.item():.3f} {time.time() - began:.0f} s", flush=True)
        seconds += time.time() - began
        last = epoch + 1 == args.epochs or args.clock and time.time() - started + 1.5 * (time.time() - began) > 60 * args.clock
        line = {"epoch": epoch + 1, "loss": round(float(total) / steps, 4), "seconds": round(seconds, 1), "processor": round(time.process_time() - processor, 1)}
        if (epoch + 1) % args.every == 0 or last:
            average.eval()
            line["recall"] = {family: {k: round(v, 3) for k, v in row.items()} for family, row in table(average, test, 7, CURVE).items()}
        with open(os.path.join(args.out, "recall.jsonl"), "a") as log:
            log.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)
        if args.clock and not last and (epoch + 1) % args.every:
            continue
        state = {"model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch + 1, "seconds": seconds, "args": vars(args)}
        keep(state, checkpoint)
        if last:
            break


def resumed(checkpoint, device, model, average, optimizer):
    """Epochs and seconds that a run has behind it; 0 where it begins."""
    if not os.path.exists(checkpoint):
        return 0, 0.0
    state = torch.load(checkpoint, map_location=device)
    for name, part in (("model", model), ("average", average), ("optimizer", optimizer)):
        part.load_state_dict(state[name])
    print(f"going on after epoch {state['epoch']}", flush=True)
    return state["epoch"], state["seconds"]


def keep(state, checkpoint):
    """The checkpoint appears whole or not at all."""
    torch.save(state, checkpoint + ".part")
    os.replace(checkpoint + ".part", checkpoint)


@torch.no_grad()
def follow(average, model, memory):
    for mine, its in zip(average.state_dict().values(), model.state_dict().values()):
        if mine.dtype.is_floating_point:
            mine.lerp_(its, 1 - memory)
        else:
            mine.copy_(its)


if __name__ == "__main__":
    main()
