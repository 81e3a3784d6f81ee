"""Random views of a batch, B x 3 x 32 x 32 in [0, 1], and the fixed corruptions of the evaluation; (C..) as in src/images.

Every random number of a batch is drawn at once from one generator; crop, flip and rotation are one bilinear look-up, which computes what
a crop resized to the full side and then rotated with black outside would, without the second interpolation's blur.

rotation-aware   crop of area U(.2, 1), flip, mild colour jitter and grey; rotation over the full circle (p = .6), squares of 8-26 px
                 (p = .5), noise with sigma ~ U(0, .7) (p = .5), half of it (C1), a quarter (C2), a quarter (C2) clipped
standard         SimCLR's views for CIFAR: crop of area U(.08, 1) and aspect U(3/4, 4/3), flip, colour jitter (p = .8), grey (p = .2)
"""
import math
from dataclasses import dataclass

import torch
from torch.nn import functional as F

SIDE = 32
# Y, I, Q of R, G, B: hue is an angle in the I, Q plane.
YIQ = torch.tensor([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
GREY = torch.tensor([0.299, 0.587, 0.114])


@dataclass(frozen=True)
class Recipe:
    crop: float          # probability of a crop
    area: float          # smallest area
    aspect: float        # largest ratio of the sides
    jitter: float        # probability of colour jitter
    grey: float
    rotate: float
    erase: float
    noise: float
    clean: float         # probability that the first view is the image itself


RECIPES = {
    "rotation-aware": Recipe(crop=0.6, area=0.2, aspect=4 / 3, jitter=0.3, grey=0.1, rotate=0.6, erase=0.5, noise=0.5, clean=0.8),
    "standard": Recipe(crop=1.0, area=0.08, aspect=4 / 3, jitter=0.8, grey=0.2, rotate=0.0, erase=0.0, noise=0.0, clean=0.0),
}


def uniform(generator, n, low, high):
    return low + (high - low) * torch.rand(n, generator=generator, device=generator.device)


def chance(generator, n, p):
    return torch.rand(n, generator=generator, device=generator.device) < p


def jitter(x, g, p_jitter, p_grey):
    """Brightness, contrast, saturation times U(.6, 1.4) and hue by U(-.1, .1) of the circle as one colour matrix, then grey."""
    n = len(x)
    on = chance(g, n, p_jitter)
    one = torch.ones(n, device=x.device)
    bright, contrast, saturation = (torch.where(on, uniform(g, n, 0.6, 1.4), one) for _ in range(3))
    angle = torch.where(on, uniform(g, n, -0.1, 0.1), 0 * one) * 2 * math.pi
    saturation = torch.where(chance(g, n, p_grey), 0 * one, saturation)
    yiq = YIQ.to(x.device)
    turn = torch.zeros(n, 3, 3, device=x.device)
    turn[:, 0, 0] = 1
    turn[:, 1, 1] = turn[:, 2, 2] = saturation * torch.cos(angle)
    turn[:, 2, 1] = saturation * torch.sin(angle)
    turn[:, 1, 2] = -turn[:, 2, 1]
    matrix = torch.linalg.inv(yiq) @ turn @ yiq * (bright * contrast)[:, None, None]
    mean = torch.einsum("c,nchw->n", GREY.to(x.device), x) / SIDE**2 * bright * (1 - contrast)
    return torch.baddbmm(mean[:, None, None].expand(n, 3, 1), matrix, x.flatten(2)).clamp_(0, 1).view_as(x)


def look_up(x, top, left, height, width, flip, angle):
    """The rectangle `top, left, height, width` (pixels) resized to the full side, mirrored where flip is -1, turned by angle, black outside."""
    centre = torch.arange(SIDE, device=x.device) + 0.5 - SIDE / 2
    cos, sin = (f(angle)[:, None, None] for f in (torch.cos, torch.sin))
    u = cos * centre[None, None, :] + sin * centre[None, :, None]
    v = -sin * centre[None, None, :] + cos * centre[None, :, None]
    inside = (u.abs() < SIDE / 2) & (v.abs() < SIDE / 2)
    # (C9) the outermost pixel of the crop continues beyond its centre
    half = (SIDE - 1) / 2
    width, height = width[:, None, None], height[:, None, None]
    px = left[:, None, None] + ((flip[:, None, None] * u / SIDE + 0.5) * width).clamp(min=0.5).minimum(width - 0.5) - 0.5
    py = top[:, None, None] + ((v / SIDE + 0.5) * height).clamp(min=0.5).minimum(height - 0.5) - 0.5
    grid = torch.stack((px / half - 1, py / half - 1), 3)
    return F.grid_sample(x, grid, "bilinear", "border", align_corners=True).mul_(inside[:, None])


def erase(x, top, left, side):
    """(C10) with a square of its own for every image; side 0 leaves it whole."""
    at = torch.arange(SIDE, device=x.device)
    rows, columns = ((at >= start[:, None]) & (at < (start + side)[:, None]) for start in (top, left))
    return x.masked_fill(rows[:, None, :, None] & columns[:, None, None, :], 0)


def normal(x, g):
    return torch.randn(x.shape, generator=g, device=x.device)


def noisy(x, n, sigma, form):
    """form 0: (C1); 1: (C2); 2: (C2) clipped, of normal numbers n; sigma 0 leaves the image alone."""
    y = x + sigma[:, None, None, None] * n
    form = form[:, None, None, None]
    return torch.where(form == 0, y.abs().clamp(0, 1), torch.where(form == 1, y, y.clamp(0, 1)))


def view(x, g, recipe):
    """One random view of every image."""
    n, zero = len(x), torch.zeros(len(x), device=x.device)
    x = jitter(x, g, recipe.jitter, recipe.grey)
    area = torch.where(chance(g, n, recipe.crop), uniform(g, n, recipe.area, 1), zero + 1)
    ratio = torch.exp(uniform(g, n, -math.log(recipe.aspect), math.log(recipe.aspect)))
    ratio = torch.where(area < 1, ratio, zero + 1)
    height, width = (SIDE * sides.sqrt().clamp(max=1) for sides in (area / ratio, area * ratio))
    top, left = uniform(g, n, 0, 1) * (SIDE - height), uniform(g, n, 0, 1) * (SIDE - width)
    flip = torch.where(chance(g, n, 0.5), -1.0, 1.0).to(x.device)
    angle = torch.where(chance(g, n, recipe.rotate), uniform(g, n, -math.pi, math.pi), zero)
    x = look_up(x, top, left, height, width, flip, angle)
    if recipe.erase > 0:
        side = torch.where(chance(g, n, recipe.erase), uniform(g, n, 8, 27).floor(), zero)
        top, left = ((uniform(g, n, 0, 1) * (SIDE - side + 1)).floor() for _ in range(2))
        x = erase(x, top, left, side)
    if recipe.noise > 0:
        on = chance(g, n, recipe.noise)
        form = torch.tensor([0, 0, 1, 2], device=x.device)[torch.randint(0, 4, (n,), generator=g, device=x.device)]
        # Without noise every form is the identity, since the view lies in [0, 1].
        sigma = torch.where(on, uniform(g, n, 0, 0.7), zero)
        x = noisy(x, normal(x, g), sigma, form)
    return x


def pair(x, g, recipe):
    """Two views; the first is often the image itself."""
    first = x
    if recipe.clean < 1:
        seen = chance(g, len(x), recipe.clean)
        first = torch.where(seen[:, None, None, None], x, view(x, g, recipe))
    return first, view(x, g, recipe)


def eight_bit(x):
    """(C12), half up."""
    return (x * 255 + 0.5).floor().div(255)


def corruptions(x, seed):
    """The families of the evaluation, by name: each a batch of corrupted copies."""
    g = torch.Generator().manual_seed(seed)
    n, full, zero, one = len(x), torch.full((len(x),), float(SIDE)), torch.zeros(len(x)), torch.ones(len(x))
    place = lambda side: (torch.randint(0, SIDE - side + 1, (n,), generator=g).float() for _ in range(2))
    crop = lambda side: eight_bit(look_up(x, *place(side), zero + side, zero + side, one, zero))
    out = {"clean": x, "crop .5": crop(23), "crop .25": crop(16)}
    for side in (16, 24):
        out[f"square {side}"] = erase(x, *place(side), zero + side)
    out["rotate 30"] = eight_bit(look_up(x, zero, zero, full, full, one, zero + math.pi / 6))
    out["rotate any"] = eight_bit(look_up(x, zero, zero, full, full, one, uniform(g, n, -math.pi, math.pi)))
    out["flip"] = x.flip(3)
    for name, form in (("C1", 0), ("C2", 1), ("C2 clipped", 2)):
        out[f"noise .5 {name}"] = noisy(x, normal(x, g), zero + 0.5, zero + form)
    return out
