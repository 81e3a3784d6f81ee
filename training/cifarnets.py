"""Networks of the entropic memory of CIFAR-10 (entropic-memory.md section 5) for n = 64, 128, 256, 512, 1024 features of a 32 x 32 x 3 picture.

    encoder     Conv 32, 16, 8, 4; max-pool 2, of stride 2 for n > 256 and of stride 4 below; n = 512, 128, 64: Conv 2; n = 64: Dense 64; LayerNorm
    decoder     its mirror: upsampling by repetition, Conv 8, 16, 32, then 3 with a sigmoid
    classifier  of the features, never of the picture: twice (two convolutions, max-pool 2 of stride 1), Dense 512, Dense 10; logits

Features are in the order channel, row, column, a permutation of the paper's (row, column, channel): neither the LayerNorm over all n nor a
memory, whose columns are independent, can tell.
"""
import torch
from torch import nn
from torch.nn import functional as F

WIDTHS = (64, 128, 256, 512, 1024)


def form(n):
    """Channels, side and whether a fifth convolution narrows 4 channels to 2."""
    return {1024: (4, 16, False), 512: (2, 16, True), 256: (4, 8, False), 128: (2, 8, True), 64: (2, 8, True)}[n]


def conv(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 3, padding=1)


def glorot(model):
    """Glorot-uniform kernels and matrices, zero biases."""
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)
    return model


class Encoder(nn.Module):
    def __init__(self, n):
        super().__init__()
        channels, side, narrow = form(n)
        self.stride = 2 if side == 16 else 4
        self.conv1, self.conv2, self.conv3, self.conv4 = conv(3, 32), conv(32, 16), conv(16, 8), conv(8, 4)
        self.conv5 = conv(4, 2) if narrow else None
        self.dense = nn.Linear(channels * side**2, n) if n == 64 else None
        self.norm = nn.LayerNorm(n, eps=1e-3)

    def forward(self, x):
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = F.relu(layer(x))
        x = F.max_pool2d(x, 2, self.stride)
        if self.conv5 is not None:
            x = F.relu(self.conv5(x))
        x = x.flatten(1)
        return self.norm(x if self.dense is None else self.dense(x))


class Decoder(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.channels, self.side, narrow = form(n)
        self.dense = nn.Linear(n, self.channels * self.side**2) if n == 64 else None
        self.conv0 = conv(2, 4) if narrow else None
        self.conv1, self.conv2, self.conv3, self.conv4 = conv(4, 8), conv(8, 16), conv(16, 32), conv(32, 3)

    def forward(self, z):
        z = z if self.dense is None else self.dense(z)
        x = z.view(-1, self.channels, self.side, self.side)
        if self.conv0 is not None:
            x = F.relu(self.conv0(x))
        x = F.interpolate(x, scale_factor=32 // self.side, mode="nearest")
        for layer in (self.conv1, self.conv2, self.conv3):
            x = F.relu(layer(x))
        return torch.sigmoid(self.conv4(x))


class Classifier(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.side = 16 if n > 256 else 8
        self.channels = n // self.side**2
        norm = lambda kind, width: kind(width, eps=1e-3, momentum=0.01)
        self.conv1, self.bn1 = conv(self.channels, 32), norm(nn.BatchNorm2d, 32)
        self.conv2, self.bn2 = conv(32, 32), norm(nn.BatchNorm2d, 32)
        self.conv3, self.bn3 = conv(32, 64), norm(nn.BatchNorm2d, 64)
        self.conv4, self.bn4 = conv(64, 64), norm(nn.BatchNorm2d, 64)
        self.dense1, self.bn5 = nn.Linear(64 * self.side**2, 512), norm(nn.BatchNorm1d, 512)
        self.dense2 = nn.Linear(512, 10)

    def forward(self, z):
        x = z.view(-1, self.channels, self.side, self.side)
        # Of stride 1, with a row below and a column on the right that never win.
        pool = lambda y: F.dropout(F.max_pool2d(F.pad(y, (0, 1, 0, 1), value=-torch.inf), 2, 1), 0.25, self.training)
        x = self.bn1(F.relu(self.conv1(x)))
        x = pool(self.bn2(F.relu(self.conv2(x))))
        x = self.bn3(F.relu(self.conv3(x)))
        x = pool(self.bn4(F.relu(self.conv4(x))))
        x = F.dropout(self.bn5(F.relu(self.dense1(x.flatten(1)))), 0.5, self.training)
        return self.dense2(x)

    def decayed(self):
        """The kernels under the L2 term, 5e-4 times their squares."""
        return [layer.weight for layer in (self.conv1, self.conv2, self.conv3, self.conv4, self.dense1)]
