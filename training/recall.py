"""Index-exact recall: memories are clean images, cues their corrupted copies, the answer is the nearest memory.

l1, l2 and cosine as they are; `unit l1` is L1 between features of unit length: corruptions change the length of a pooled feature, not only its
direction. `root l1` is `unit l1` of sign(x) sqrt|x|: a few large features do not decide alone (Hellinger's distance, of histograms).
"""
import torch
from torch.nn import functional as F

from augment import corruptions

MEASURES = ("l1", "unit l1", "root l1", "cosine")
PIXELS = ("l1", "l2", "cosine", "pearson")


@torch.no_grad()
def features(model, x, batch=500):
    """Pooled and projected features of every image."""
    parts = [model(x[i:i + batch]) for i in range(0, len(x), batch)]
    return [torch.cat([part[k] for part in parts]) for k in (0, 1)]


def nearest(memories, cues, measure):
    if measure == "pearson":
        return nearest(memories - memories.mean(1, keepdim=True), cues - cues.mean(1, keepdim=True), "cosine")
    if measure == "cosine":
        return (F.normalize(cues) @ F.normalize(memories).T).argmax(1)
    if measure == "root l1":
        return nearest(*(x.sign() * x.abs().sqrt() for x in (memories, cues)), "unit l1")
    if measure == "unit l1":
        return nearest(F.normalize(memories), F.normalize(cues), "l1")
    return torch.cdist(cues, memories, p={"l1": 1.0, "l2": 2.0}[measure]).argmin(1)


def table(model, images, seed, families=None, pixels=False):
    """Recall by family, then by `features/measure`; the model must be in evaluation mode."""
    memories = features(model, images)
    truth = torch.arange(len(images), device=images.device)
    out = {}
    # The cues are made on the CPU, so that they are the same wherever the network runs.
    for family, cues in corruptions(images.cpu(), seed).items():
        if families is not None and family not in families:
            continue
        cues = cues.to(images.device)
        share = lambda known, asked, measure: (nearest(known, asked, measure) == truth).float().mean().item()
        found = features(model, cues)
        out[family] = {f"{name}/{measure}": share(memories[k], found[k], measure) for k, name in enumerate(("pooled", "projected")) for measure in MEASURES}
        if pixels:
            out[family].update({f"pixels/{measure}": share(images.flatten(1), cues.flatten(1), measure) for measure in PIXELS})
    return out
