"""Autoencoder of colour pictures for the fully-semantic memory (S10): convolutional, denoising (S14), with codes of 16 x 4 x 4 or 16 x 8 x 8 numbers.

    python3 training/decoder.py --data cifar-10-binary.tar.gz --code 256 --out training/runs/colour-256
    python3 training/decoder.py --data cifar-10-binary.tar.gz --code 1024 --minutes 1.8 --device cuda --half --out training/runs/colour-1024

encoder   3x3 to 32; basic blocks of stride 2 (models.py), one for each width; 3x3 to the 16 channels of the code, linear
decoder   3x3; basic block and transposed 4x4 of stride 2 for each width, back to 32; 3x3 to 3, sigmoid

Half of the inputs are damaged, and the loss is against the picture without the damage, so that decoding is a repair: noise with sigma ~ U(0, .5) (p = .4),
half of it (C1), a quarter (C2), a quarter (C2) clipped; a black square of 4-12 px (p = .2). No crops: a crop looks like a picture, so that a network
that had to undo crops would have to guess, and blur, for every input.

An epoch ends with a checkpoint, `--out`/checkpoint.pt; the same command goes on from it. Order and damage of epoch k follow from the seed and k alone.
The rate rises for 100 steps and falls along half a cosine over the epochs, or over --minutes where they end sooner: the run then stops early, its last rate small, too.
Measured on 1,000 test images (log.jsonl) and exported, with a card, is the running average of the weights.
"""
import argparse
import copy
import json
import math
import os
import time

import torch
from torch import nn
from torch.nn import functional as F

import cifar
from augment import SIDE, chance, erase, noisy, normal, uniform
from contrastive import follow, keep, resumed
from export import write
from models import Block

CHANNELS, STEM = 16, 32
WIDTHS = {256: (48, 56, 64), 1024: (48, 80)}
FORMS = (0, 0, 1, 2)
NAMES = {0: "C1", 1: "C2", 2: "C2 clipped"}


class Encoder(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, STEM, 3, 1, 1, bias=False), nn.BatchNorm2d(STEM)
        self.stages = len(widths)
        for k, (inputs, width) in enumerate(zip((STEM, *widths), widths)):
            setattr(self, f"layer{k + 1}", Block(inputs, width, 2))
        self.code = nn.Conv2d(widths[-1], CHANNELS, 3, 1, 1)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        for k in range(self.stages):
            x = getattr(self, f"layer{k + 1}")(x)
        return self.code(x)


class Decoder(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.stages = len(widths)
        self.code = nn.Conv2d(CHANNELS, widths[-1], 3, 1, 1)
        for k, (width, outputs) in enumerate(zip(widths[::-1], (*widths[:-1][::-1], STEM))):
            setattr(self, f"layer{k + 1}", Block(width, width, 1))
            setattr(self, f"up{k + 1}", nn.ConvTranspose2d(width, outputs, 4, 2, 1, bias=False))
            setattr(self, f"bn{k + 1}", nn.BatchNorm2d(outputs))
        self.out = nn.Conv2d(STEM, 3, 3, 1, 1)

    def forward(self, z):
        x = F.relu(self.code(z))
        for k in range(self.stages):
            up, bn = getattr(self, f"up{k + 1}"), getattr(self, f"bn{k + 1}")
            x = F.relu(bn(up(getattr(self, f"layer{k + 1}")(x))))
        return torch.sigmoid(self.out(x))


class Autoencoder(nn.Module):
    def __init__(self, code):
        super().__init__()
        self.encoder, self.decoder = Encoder(WIDTHS[code]), Decoder(WIDTHS[code])

    def forward(self, x):
        return self.decoder(self.encoder(x))


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--data", required=True, help="cifar-10-binary.tar.gz")
    add("--out", required=True, help="folder of the checkpoint, the log, the weights and their card")
    add("--code", type=int, choices=WIDTHS, required=True, help="numbers of a code")
    add("--epochs", type=int, default=60)
    add("--minutes", type=float, default=math.inf, help="of training in all; then the run ends, its rate having fallen")
    add("--batch", type=int, default=256)
    add("--rate", type=float, default=2e-3, help="first rate of AdamW")
    add("--weight-decay", type=float, default=1e-4)
    add("--average", type=float, default=0.995, help="memory of the running average of the weights, per step")
    add("--seed", type=int, default=1)
    add("--device", default="cpu")
    add("--half", action="store_true", help="bfloat16 products (GPU)")
    add("--threads", type=int, default=1)
    add("--limit", type=int, default=0, help="use the first images only (a trial)")
    return parser.parse_args()


def damaged(x, g):
    """(S14) c(x)."""
    n, zero = len(x), torch.zeros(len(x), device=x.device)
    form = torch.tensor(FORMS, device=x.device)[torch.randint(0, len(FORMS), (n,), generator=g, device=x.device)]
    # Without noise every form is the identity, since x lies in [0, 1].
    x = noisy(x, normal(x, g), torch.where(chance(g, n, 0.4), uniform(g, n, 0, 0.5), zero), form)
    side = torch.where(chance(g, n, 0.2), uniform(g, n, 4, 13).floor(), zero)
    return erase(x, *((uniform(g, n, 0, 1) * (SIDE - side + 1)).floor() for _ in range(2)), side)


@torch.no_grad()
def measures(model, test):
    """By damage: squared error and PSNR of what is painted, mean over images, and index-exact recall of the cue's code among all codes (L2)."""
    model.eval()
    g, n = torch.Generator().manual_seed(11), len(test)
    zero, here = torch.zeros(n), test.cpu()
    cues = {"clean": here}
    for sigma, form in ((0.1, 2), (0.3, 0), (0.3, 2), (0.5, 0), (0.5, 2)):
        cues[f"noise {sigma} {NAMES[form]}"] = noisy(here, normal(here, g), zero + sigma, zero + form)
    cues["square 8"] = erase(here, *(torch.randint(0, SIDE - 7, (n,), generator=g).float() for _ in range(2)), zero + 8)
    codes = [model.encoder(x.to(test.device)).flatten(1) for x in cues.values()]
    out = {}
    for name, found in zip(cues, codes):
        painted = torch.cat([model.decoder(z.view(len(z), CHANNELS, *[math.isqrt(z.shape[1] // CHANNELS)] * 2)) for z in found.split(250)])
        error = (painted - test).square().flatten(1).mean(1)
        recall = (torch.cdist(found, codes[0]).argmin(1) == torch.arange(n, device=test.device)).float().mean().item()
        out[name] = {"mse": round(error.mean().item(), 5), "psnr": round(-10 * error.log10().mean().item(), 2), "recall": round(recall, 3)}
    return out


def card(args, name, epochs, digest, size, half, full):
    command = f"training/decoder.py --code {args.code} --epochs {epochs} --batch {args.batch} --seed {args.seed}" + (" --device cuda --half" if args.half else "")
    side = math.isqrt(args.code // CHANNELS)
    rows = [f"| {cue} | {row['mse']:.4f} | {row['psnr']:.2f} | {row['recall']:.3f} | {full[cue]['psnr']:.2f} | {full[cue]['recall']:.3f} |" for cue, row in half.items()]
    return "\n".join([
        f"# {name}", "",
        f"`colour-encoder` and `colour-decoder` in one file: pictures of 32 x 32 as codes of {CHANNELS} x {side} x {side} numbers and back, a denoising autoencoder (S14) for the fully-semantic memory.", "",
        "- Data: the 50,000 training images of CIFAR-10; no label is read. The 10,000 test images were not seen: memories belong among them.",
        f"- Recipe: `{command}`; AdamW {args.rate} along half a cosine, the running average of the weights.",
        "- Inputs: half of them damaged, by noise (C1), (C2) with sigma ~ U(0, .5) and black squares of 4-12 px; the loss is the squared error to the picture without damage.",
        f"- Size: {size:,} bytes, matrices in 16 bits, norms and biases in 32. A code is {4 * args.code:,} bytes in f32 against 12,288 for the pixels (3,072 as bytes).",
        f"- Licence: MIT. sha256 {digest}", "",
        "Measured on the first 1,000 test images: squared error per number and PSNR of what is painted, to the stored picture, and index-exact recall among the codes (L2).", "",
        "| cue | error | PSNR, dB | recall | PSNR in 32 bits | recall in 32 bits |", "|---|---|---|---|---|---|", *rows, ""])


def export(args, average, epochs, test):
    full = measures(average, test)
    name = f"colour-autoencoder-{args.code}"
    path = os.path.join(args.out, f"{name}.safetensors")
    metadata = {"format": "pt", "architecture": "colour-encoder, colour-decoder", "loss": "(S14)", "code": str(args.code), "epochs": str(epochs), "seed": str(args.seed), "licence": "MIT"}
    digest = write(path, average.state_dict(), metadata)
    average.load_state_dict({k: v.half().float() if v.ndim >= 2 else v for k, v in average.state_dict().items()})
    half = measures(average, test)
    with open(os.path.join(args.out, f"{name}.md"), "w") as file:
        file.write(card(args, name, epochs, digest, os.path.getsize(path), half, full))
    print(json.dumps({"file": path, "sha256": digest, "16 bits": half}), flush=True)


def main():
    args = options()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    os.makedirs(args.out, exist_ok=True)
    device = torch.device(args.device)
    images = cifar.read(args.data, cifar.TRAIN)[0]
    images = (images[:args.limit] if args.limit else images).to(device)
    test = cifar.read(args.data, cifar.TEST)[0][:1000].float().div(255).to(device)
    model = Autoencoder(args.code).to(device, memory_format=torch.channels_last)
    average = copy.deepcopy(model).requires_grad_(False)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.rate, weight_decay=args.weight_decay)
    checkpoint = os.path.join(args.out, "checkpoint.pt")
    epoch, seconds = resumed(checkpoint, device, model, average, optimizer)
    steps = len(images) // args.batch
    if steps == 0:
        raise SystemExit(f"--batch: expected at most the {len(images)} images, got {args.batch}")
    while epoch < args.epochs and seconds < 60 * args.minutes:
        began = time.time()
        g = torch.Generator(device).manual_seed(args.seed * 100003 + epoch)
        order, total = torch.randperm(len(images), generator=g, device=device), torch.zeros((), device=device)
        model.train()
        for step in range(steps):
            done = max((epoch + step / steps) / args.epochs, (seconds + time.time() - began) / (60 * args.minutes))
            for group in optimizer.param_groups:
                group["lr"] = args.rate * min(1, (epoch * steps + step + 1) / 100) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1, done))))
            with torch.no_grad():
                x = images[order[step * args.batch:(step + 1) * args.batch]].float().div_(255)
                x = torch.where(chance(g, len(x), 0.5)[:, None, None, None], x.flip(3), x)
                seen = damaged(x, g).contiguous(memory_format=torch.channels_last)
            with torch.autocast(device.type, torch.bfloat16, enabled=args.half):
                painted = model(seen)
            loss = F.mse_loss(painted.float(), x)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            follow(average, model, min(args.average, 1 - 1 / (2 + epoch * steps + step)))
            total += loss.detach()
        epoch, seconds = epoch + 1, seconds + time.time() - began
        line = {"epoch": epoch, "loss": round(total.item() / steps, 5), "seconds": round(seconds, 1)}
        if epoch % 5 == 0:
            line["test"] = measures(average, test)
        with open(os.path.join(args.out, "log.jsonl"), "a") as log:
            log.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)
        state = {"model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch, "seconds": seconds}
        keep(state, checkpoint)
    export(args, average, epoch, test)


if __name__ == "__main__":
    main()
