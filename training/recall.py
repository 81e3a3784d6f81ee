"""Index-exact recall in feature space: memories are clean images, cues their corrupted copies, the answer is the nearest memory."""
import torch

from augment import corruptions


@torch.no_grad()
def features(model, x, batch=500):
    """Pooled and projected features of every image."""
    parts = [model(x[i:i + batch]) for i in range(0, len(x), batch)]
    return [torch.cat([part[k] for part in parts]) for k in (0, 1)]


def nearest(memories, cues, measure):
    if measure == "cosine":
        return (torch.nn.functional.normalize(cues) @ torch.nn.functional.normalize(memories).T).argmax(1)
    return torch.cdist(cues, memories, p={"l1": 1.0, "l2": 2.0}[measure]).argmin(1)


def table(model, images, seed, families=None):
    """Recall by family, then by `features/measure`; the model must be in evaluation mode."""
    memories = features(model, images)
    truth = torch.arange(len(images), device=images.device)
    out = {}
    for family, cues in corruptions(images, seed).items():
        if families is None or family in families:
            found = features(model, cues)
            out[family] = {f"{name}/{measure}": (nearest(memories[k], found[k], measure) == truth).float().mean().item()
                           for k, name in enumerate(("pooled", "projected")) for measure in ("l1", "cosine")}
    return out
