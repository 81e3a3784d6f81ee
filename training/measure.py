"""What a card of fixtures/weights says about an encoder: recall at N = 1,000 in five disjoint slices of the test batch, class accuracy of
a linear probe and of the nearest neighbours, and what 16 bits cost.

    python3 training/measure.py --data cifar-10-binary.tar.gz --arch contrastive-small fixtures/weights/contrastive-small.safetensors [--against float32.safetensors] [--device cuda]
"""
import argparse

import torch
from torch.nn import functional as F

import cifar
import tensors
from models import ARCHITECTURES
from recall import features, table


def load(arch, path):
    model = ARCHITECTURES[arch]()
    model.load_state_dict({name: torch.from_numpy(value) for name, value in tensors.load(path).items()}, strict=False)
    return model.eval()


def linear_probe(train, labels, test, truth, epochs=100):
    """Softmax regression on standardised features, full batch, LBFGS, weight decay 1e-4."""
    mean, std = train.mean(0), train.std(0) + 1e-6
    train, test = (train - mean) / std, (test - mean) / std
    probe = torch.nn.Linear(train.shape[1], 10).to(train.device)
    optimizer = torch.optim.LBFGS(probe.parameters(), max_iter=epochs, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(probe(train), labels) + 1e-4 * probe.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return (probe(test).argmax(1) == truth).float().mean().item()


def neighbours(train, labels, test, truth, k=20):
    """Vote of the k nearest by cosine."""
    train, right = F.normalize(train), 0
    for i in range(0, len(test), 500):
        near = (F.normalize(test[i:i + 500]) @ train.T).topk(k).indices
        right += (labels[near].mode(1).values == truth[i:i + 500]).sum().item()
    return right / len(test)


def slices(model, test, count, size, pixels):
    """Mean and standard deviation over disjoint slices of the test batch, by family and `features/measure`."""
    rows = {}
    for s in range(count):
        for family, row in table(model, test[s * size:(s + 1) * size], 1000 + s, pixels=pixels).items():
            for key, value in row.items():
                rows.setdefault(family, {}).setdefault(key, []).append(value)
    statistics = lambda v: (torch.tensor(v).mean().item(), torch.tensor(v).std(unbiased=False).item())
    return {family: {key: statistics(v) for key, v in row.items()} for family, row in rows.items()}


def markdown(recall):
    """A row a family: every measure in feature space, then the best of the pixels."""
    keys = [key for key in next(iter(recall.values())) if not key.startswith("pixels")]
    lines = ["| cue | " + " | ".join(keys) + " | best of pixels |", "|---|" + "---|" * (len(keys) + 1)]
    for family, row in recall.items():
        best = max((key for key in row if key.startswith("pixels")), key=lambda key: row[key][0])
        lines.append(f"| {family} | " + " | ".join("%.3f +- %.3f" % row[key] for key in keys) + f" | {row[best][0]:.3f} ({best[7:]}) |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--data", required=True)
    parser.add_argument("--arch", choices=ARCHITECTURES, required=True)
    parser.add_argument("--against", help="the same weights in 32 bits")
    parser.add_argument("--slices", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    device = torch.device(args.device)
    test, truth = (x.to(device) for x in cifar.read(args.data, cifar.TEST))
    test = test.float().div(255)
    model = load(args.arch, args.file).to(device)
    recall = slices(model, test, args.slices, 1000, True)
    print(markdown(recall), flush=True)
    if args.against:
        exact = load(args.arch, args.against).to(device)
        for name, own, other in zip(("pooled", "projected"), features(model, test[:1000]), features(exact, test[:1000])):
            print(f"16 against 32 bits, {name} features: max|a - b| / max|b| = {((own - other).abs().max() / other.abs().max()).item():.1e}")
        other = slices(exact, test, args.slices, 1000, False)
        print(f"16 against 32 bits, largest difference of a recall: {max(abs(recall[f][k][0] - v[0]) for f, row in other.items() for k, v in row.items()):.4f}", flush=True)
    train, labels = (x.to(device) for x in cifar.read(args.data, cifar.TRAIN))
    known, asked = features(model, train.float().div(255)), features(model, test)
    for k, name in enumerate(("pooled", "projected")):
        print(f"{name}: linear probe {linear_probe(known[k], labels, asked[k], truth):.4f}, 20 nearest neighbours {neighbours(known[k], labels, asked[k], truth):.4f}", flush=True)


if __name__ == "__main__":
    main()
