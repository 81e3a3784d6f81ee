"""Residual networks (He et al., arXiv 1512.03385) with the state-dict names of torchvision, and the heads of SimCLR (arXiv 2002.05709).

resnet18-cifar     3x3 stem of stride 1, no pool; 64, 128, 256, 512; two blocks each; 512 pooled features; 556 M multiply-adds
contrastive-small  5x5 stem of stride 2; 64, 128, 192; one block of stride 2 each; 192 pooled features; 10 M multiply-adds, 0.95 M weights

The head is `projection.0`, ReLU, `projection.2`: the loss is computed on its output.
"""
import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    """Basic block: 3x3, 3x3, and a 1x1 shortcut (`downsample`) where the shape changes."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class Residual(nn.Module):
    def __init__(self, stem, widths, strides, blocks, head):
        super().__init__()
        channels, kernel, stride = stem
        self.conv1 = nn.Conv2d(3, channels, kernel, stride, kernel // 2, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.stages = len(widths)
        for index, (width, stride) in enumerate(zip(widths, strides)):
            layers = [Block(channels, width, stride)] + [Block(width, width, 1) for _ in range(blocks - 1)]
            setattr(self, f"layer{index + 1}", nn.Sequential(*layers))
            channels = width
        self.projection = nn.Sequential(nn.Linear(channels, head[0]), nn.ReLU(), nn.Linear(head[0], head[1]))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def pooled(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        for index in range(self.stages):
            x = getattr(self, f"layer{index + 1}")(x)
        return x.mean((2, 3))

    def forward(self, x):
        """Pooled features and projected features."""
        pooled = self.pooled(x)
        return pooled, self.projection(pooled)


ARCHITECTURES = {
    "resnet18-cifar": lambda: Residual((64, 3, 1), (64, 128, 256, 512), (1, 2, 2, 2), 2, (512, 128)),
    "contrastive-small": lambda: Residual((32, 5, 2), (64, 128, 192), (2, 2, 2), 1, (256, 128)),
}
