"""Autoencoders and classifiers of the entropic memory of CIFAR-10 (entropic-memory.md sections 5 to 7): the authors' nets, corpora and stopping.

    python3 training/entropic.py --data cifar-10-binary.tar.gz --out training/runs/entropic --n 1024 64 --folds 0
    python3 training/entropic.py --data cifar-10-binary.tar.gz --out training/runs/entropic --n 1024 --folds 0 1 2 3 4 5 6 7 8 9 --device cuda

Fold f trains on the 42,000 records from 6,000 f on (modulo 60,000; training batches, then the test batch): the first 33,600 train, the rest validates.
Autoencoder: squared error, RMSprop 1e-3, batches of 256. Classifier: of the features of the frozen encoder, cross-entropy with an L2 term, Adam 1e-3, batches of
32, over the pictures and one augmented copy. At most 300 epochs each, `stopping.py`.

All networks asked for are trained side by side; on a GPU each on a stream of its own with its update captured as a graph, because a batch of 32 keeps
a GPU busy for a few microseconds. `--minutes` ends a run early: autoencoders after half of them, classifiers at the end, each with its best weights.
A network that is done is not trained again; one that was cut short begins anew.

Ours: the 64 pictures left over from batches of 256 are left out of an epoch; the L2 term of an epoch's mean loss is the mean of its values before and after.

Writes OUT/fold-F/entropic-cifar-{encoder,decoder,classifier}-N.safetensors (f16 kernels, f32 vectors; dense1.weight of the classifier as int8
with a scale a row) and metrics-N.json, measured on the fold's 6,000 test pictures with the weights as written.
"""
import argparse
import contextlib
import json
import math
import os
import time

import numpy as np
import torch
from torch.nn import functional as F

import cifar
import tensors
from cifarnets import WIDTHS, Classifier, Decoder, Encoder, glorot
from export import arrays
from stopping import Patience

RECORDS, TRAIN, REMEMBER = 60000, 42000, 12000
PATIENCE, EPOCHS, L2 = 10, 300, 5e-4


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--data", required=True, help="cifar-10-binary.tar.gz")
    add("--out", required=True)
    add("--n", type=int, nargs="+", choices=WIDTHS, default=[1024])
    add("--folds", type=int, nargs="+", choices=range(10), default=[0])
    add("--epochs", type=int, default=EPOCHS, help="at most so many of each network")
    add("--minutes", type=float, default=math.inf)
    add("--seed", type=int, default=1)
    add("--device", default="cpu")
    add("--threads", type=int, default=1)
    add("--limit", type=int, default=0, help="use every so manyth record only (a trial)")
    return parser.parse_args()


def rows_of(fold, first, count, stride, device):
    return ((torch.arange(first, first + count, stride or 1, device=device) + 6000 * fold) % RECORDS)


def turned(x, zoom, degrees):
    """Flipped left-right, zoomed (rows of zoom: height, width; bilinear), then turned (nearest); black outside."""
    zero = torch.zeros(len(x), device=x.device)
    grid = lambda a, b, c, d: F.affine_grid(torch.stack((torch.stack((a, b, zero), 1), torch.stack((c, d, zero), 1)), 1), x.shape, align_corners=False)
    x = F.grid_sample(x.flip(3), grid(1 / zoom[:, 1], zero, zero, 1 / zoom[:, 0]), "bilinear", "zeros", align_corners=False)
    cos, sin = (f(degrees * math.pi / 180) for f in (torch.cos, torch.sin))
    return F.grid_sample(x, grid(cos, -sin, sin, cos), "nearest", "zeros", align_corners=False)


class Stage:
    """One network: an epoch is `steps` updates, each of which draws its batch by a counter on the device, so that a CUDA graph can repeat it."""

    def __init__(self, model, optimizer, count, batch, signs, args, seed):
        self.model, self.optimizer, self.batch, self.args = model, optimizer, batch, args
        self.steps, self.count, self.device = count // batch, count, args.device
        self.cuda = torch.device(args.device).type == "cuda"
        self.stream = torch.cuda.Stream() if self.cuda else None
        self.order = torch.zeros(count, dtype=torch.int64, device=self.device)
        self.lane, self.at = torch.arange(batch, device=self.device), torch.zeros(1, dtype=torch.int64, device=self.device)
        self.sums = torch.zeros(2, device=self.device)
        self.generator = torch.Generator(self.device).manual_seed(seed)
        self.patience, self.epoch, self.graph, self.began = Patience(PATIENCE, signs), 0, None, time.time()

    def on_stream(self):
        return torch.cuda.stream(self.stream) if self.cuda else contextlib.nullcontext()

    def begin(self):
        with self.on_stream():
            self.order.copy_(torch.randperm(self.count, generator=self.generator, device=self.device))
            self.at.zero_()
            self.sums.zero_()
            self.model.train()

    def update(self):
        take = self.order.index_select(0, self.at + self.lane)
        self.optimizer.zero_grad(set_to_none=True)
        loss, hits = self.loss(take)
        loss.backward()
        self.optimizer.step()
        self.at += self.batch
        self.sums += torch.stack((loss.detach(), hits))

    def step(self, i):
        with self.on_stream():
            if not self.cuda or self.epoch == 0 and i < 3:
                return self.update()
            if self.graph is None:
                torch.cuda.synchronize()
                self.graph = torch.cuda.CUDAGraph()
                with torch.cuda.graph(self.graph, stream=self.stream):
                    self.update()
            self.graph.replay()

    def finish(self):
        """Whether the network is done."""
        with self.on_stream():
            train, valid = self.measured(*(self.sums / self.steps).tolist())
            over = self.patience.after(self.epoch, train, valid, self.model.state_dict()) or self.epoch + 1 >= self.args.epochs
        self.epoch += 1
        if self.epoch % 5 == 0 or over:
            said = ", ".join(f"{name} {train[name]:.4f} / {valid[name]:.4f}" for name in valid)
            print(f"{self.name} epoch {self.epoch}: {said}, wait {self.patience.wait}, {time.time() - self.began:.0f} s", flush=True)
        return over


class Autoencoder(Stage):
    def __init__(self, images, n, fold, args):
        self.name, self.images, self.n, self.fold = f"autoencoder {n} fold {fold}", images, n, fold
        rows = rows_of(fold, 0, TRAIN, args.limit, args.device)
        self.own, self.held = rows[:len(rows) * 4 // 5], rows[len(rows) * 4 // 5:]
        model = glorot(torch.nn.Sequential(Encoder(n), Decoder(n))).to(args.device)
        graph = {"capturable": True} if torch.device(args.device).type == "cuda" else {}
        optimizer = torch.optim.RMSprop(model.parameters(), 1e-3, alpha=0.9, eps=1e-7, **graph)
        super().__init__(model, optimizer, len(self.own), 256, {"rmse": -1}, args, 1000 * args.seed + 10 * n + fold)

    def pictures(self, rows):
        return self.images.index_select(0, rows).float() / 255

    def loss(self, take):
        x = self.pictures(self.own.index_select(0, take))
        loss = (self.model(x) - x).square().mean()
        return loss, loss.detach()

    @torch.no_grad()
    def error(self, rows):
        self.model.eval()
        squares = sum((self.model(x) - x).square().sum() for x in map(self.pictures, rows.split(1000)))
        return (squares / (len(rows) * 3072)).item()

    def measured(self, loss, _):
        held = self.error(self.held)
        return {"loss": loss, "rmse": math.sqrt(loss)}, {"loss": held, "rmse": math.sqrt(held)}


class Classify(Stage):
    def __init__(self, images, labels, n, fold, encoder, args):
        self.name, self.n, self.fold = f"classifier {n} fold {fold}", n, fold
        rows = rows_of(fold, 0, TRAIN, args.limit, args.device)
        own, held = rows[:len(rows) * 4 // 5], rows[len(rows) * 4 // 5:]
        seed = 1000 * args.seed + 10 * n + fold + 5
        g = torch.Generator(args.device).manual_seed(seed)
        zoom = 0.95 + 0.1 * torch.rand(len(own), 2, generator=g, device=args.device)
        degrees = torch.where(torch.arange(len(own), device=args.device) < len(own) // 2, 2.0, -2.0)
        with torch.no_grad():
            plain = lambda rows: torch.cat([encoder(images[part].float() / 255) for part in rows.split(1000)])
            copies = [encoder(turned(images[part].float() / 255, z, d)) for part, z, d in zip(own.split(1000), zoom.split(1000), degrees.split(1000))]
            self.latents, self.answers = torch.cat((plain(own), *copies)), labels[own].repeat(2)
            self.valid, self.truth = plain(held), labels[held]
        model = glorot(Classifier(n)).to(args.device)
        decayed = model.decayed()
        rest = [p for p in model.parameters() if all(p is not q for q in decayed)]
        graph = {"capturable": True, "fused": True} if torch.device(args.device).type == "cuda" else {}
        # Adam adds weight_decay times the kernel to the gradient: the gradient of L2 times its squares.
        optimizer = torch.optim.Adam([{"params": decayed, "weight_decay": 2 * L2}, {"params": rest}], 1e-3, eps=1e-7, **graph)
        super().__init__(model, optimizer, len(self.latents), 32, {"accuracy": 1}, args, seed)
        self.before = self.penalty()

    @torch.no_grad()
    def penalty(self):
        return L2 * sum(w.square().sum() for w in self.model.decayed()).item()

    def loss(self, take):
        logits, truth = self.model(self.latents.index_select(0, take)), self.answers.index_select(0, take)
        return F.cross_entropy(logits, truth), (logits.argmax(1) == truth).float().mean()

    @torch.no_grad()
    def measured(self, loss, accuracy):
        self.model.eval()
        logits = torch.cat([self.model(z) for z in self.valid.split(1000)])
        before, self.before = self.before, self.penalty()
        valid = {"loss": F.cross_entropy(logits, self.truth).item() + self.before, "accuracy": (logits.argmax(1) == self.truth).float().mean().item()}
        return {"loss": loss + (before + self.before) / 2, "accuracy": accuracy}, valid


def together(stages, deadline):
    """Epochs of all, an update of each in turn, until all are done or the time is over."""
    active = list(stages)
    if stages and stages[0].cuda:
        torch.cuda.synchronize()
    while active and time.time() < deadline:
        for stage in active:
            stage.begin()
        for i in range(max(stage.steps for stage in active)):
            for stage in active:
                if i < stage.steps:
                    stage.step(i)
        active = [stage for stage in active if not stage.finish()]
    for stage in stages:
        stage.stopped = "minutes" if stage in active else "patience" if stage.patience.wait >= PATIENCE else "epochs"
        # The authors restore nothing where all epochs ran.
        if stage.stopped != "epochs":
            stage.model.load_state_dict(stage.patience.stored)
        stage.model.eval()
        stage.graph = stage.optimizer = None


def bytes_of(matrix):
    """int8 and a scale a row: w = q scale."""
    scale = (np.abs(matrix).max(1) / 127).astype(np.float32)
    scale[scale == 0] = 1
    return np.rint(matrix / scale[:, None]).astype(np.int8), scale


def as_written(state):
    """A file's arrays, and the state that a reader has of them."""
    out, read = arrays(state, np.float16), dict(state)
    if "dense1.weight" in state:
        out["dense1.weight"], out["dense1.weight_scale"] = bytes_of(state["dense1.weight"].float().cpu().numpy())
    for name in state:
        if name in out:
            value = torch.from_numpy(out[name].astype(np.float32))
            if name + "_scale" in out:
                value *= torch.from_numpy(out[name + "_scale"])[:, None]
            read[name] = value.to(state[name].device)
    return dict(sorted(out.items())), read


@torch.no_grad()
def export(images, labels, autoencoder, classifier, args):
    folder, n, fold = os.path.join(args.out, f"fold-{classifier.fold}"), classifier.n, classifier.fold
    os.makedirs(folder, exist_ok=True)
    test = rows_of(fold, TRAIN + REMEMBER, RECORDS - TRAIN - REMEMBER, args.limit, args.device)
    def scored():
        latents = torch.cat([autoencoder.model[0](images[part].float() / 255) for part in test.split(1000)])
        hits = torch.cat([classifier.model(z).argmax(1) for z in latents.split(1000)]) == labels[test]
        return {"accuracy": round(hits.float().mean().item(), 4), "rmse": round(math.sqrt(autoencoder.error(test)), 5)}
    autoencoder.model.eval()
    exact, epochs = scored(), {"autoencoder": autoencoder.epoch, "classifier": classifier.epoch}
    for part, model in (("encoder", autoencoder.model[0]), ("decoder", autoencoder.model[1]), ("classifier", classifier.model)):
        out, read = as_written(model.state_dict())
        count = epochs["classifier" if part == "classifier" else "autoencoder"]
        text = {"format": "pt", "architecture": f"entropic-cifar-{part}-{n}", "recipe": "training/entropic.py", "n": str(n), "fold": str(fold), "epochs": str(count), "seed": str(args.seed), "licence": "MIT"}
        tensors.save(os.path.join(folder, f"entropic-cifar-{part}-{n}.safetensors"), out, text)
        model.load_state_dict(read)
    stopped = {"autoencoder": autoencoder.stopped, "classifier": classifier.stopped}
    about = {"n": n, "fold": fold, "seed": args.seed, "epochs": epochs, "stopped": stopped, "test, 32 bits": exact, "test, as written": scored()}
    with open(os.path.join(folder, f"metrics-{n}.json"), "w") as file:
        json.dump(about, file, indent=1)
    print(json.dumps(about), flush=True)


def main():
    args, began = options(), time.time()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = True
    read = cifar.read(args.data, cifar.TRAIN + cifar.TEST)
    images, labels = (part.to(args.device) for part in read)
    jobs = [(n, fold) for n in args.n for fold in args.folds if not os.path.exists(os.path.join(args.out, f"fold-{fold}", f"metrics-{n}.json"))]
    stages = [Autoencoder(images, n, fold, args) for n, fold in jobs]
    together(stages, began + 30 * args.minutes)
    classifiers = [Classify(images, labels, stage.n, stage.fold, stage.model[0], args) for stage in stages]
    together(classifiers, began + 60 * args.minutes)
    for pair in zip(stages, classifiers):
        export(images, labels, *pair, args)


if __name__ == "__main__":
    main()
