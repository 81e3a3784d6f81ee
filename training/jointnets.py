"""The jointly trained networks of the entropic memories before CIFAR-10 (shared design: entropic-memory.md sections 9, 10), n = 64 features of a
28 x 28 picture: an encoder, a decoder and a classifier of the features, as PyTorch modules whose state dicts src/encoders/architectures reads.

    mnist2021    Conv32, pool, Conv32 valid, pool, drop .4, Conv64 5x5 valid, pool, drop .4, LayerNorm;  Dense 7*7*32, transposed 64, 32, 1;  Dense 128, drop .4, 10
    fashion2023  blocks of 2, 2, 3, 3, 3 convolutions of n/16 2^k filters, each ReLU then BatchNorm, pool 3 stride 2, spatial dropout .4, LayerNorm;
                 Dense 7*7*n/2, twice (Conv, upsample 2, spatial dropout .4 then .2, BatchNorm) of n and n/2 filters, Conv1;  Dense n, drop .4, Dense n, drop .4, 10
    hetero2024   the same blocks with pool 2 and spatial dropout .5, .45, .4, .35, .3;  Dense 7*7*n/4, transposed n/4, n/16 (BatchNorm), 1;  the same classifier

Outputs of decoders are sigmoids; of classifiers, logits. Ours: PyTorch's placing of what "same" leaves over (a pixel more above and on the left where
TensorFlow has it below and on the right) in the pools of fashion2023 and in transposed convolutions.
"""
import torch
from torch import nn
from torch.nn import functional as F

BLOCKS = (2, 2, 3, 3, 3)


class MnistEncoder(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.conv1, self.conv2, self.conv3 = nn.Conv2d(1, 32, 3, padding=1), nn.Conv2d(32, 32, 3), nn.Conv2d(32, n, 5)
        self.norm = nn.LayerNorm(n, eps=1e-3)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.dropout(F.max_pool2d(F.relu(self.conv2(x)), 2), 0.4, self.training)
        x = F.dropout(F.max_pool2d(F.relu(self.conv3(x)), 2), 0.4, self.training)
        return self.norm(x.flatten(1))


class BlockEncoder(nn.Module):
    """fashion2023 and hetero2024: conv1..conv13 with bn1..bn13."""

    def __init__(self, n, wide, drops):
        super().__init__()
        self.wide, self.drops, inputs, at = wide, drops, 1, 0
        for k, layers in enumerate(BLOCKS):
            for _ in range(layers):
                at, filters = at + 1, n // 16 * 2**k
                setattr(self, f"conv{at}", nn.Conv2d(inputs, filters, 3, padding=1))
                setattr(self, f"bn{at}", nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01))
                inputs = filters
        self.norm = nn.LayerNorm(n, eps=1e-3)

    def forward(self, x):
        at = 0
        for layers, drop in zip(BLOCKS, self.drops):
            for _ in range(layers):
                at += 1
                x = getattr(self, f"bn{at}")(F.relu(getattr(self, f"conv{at}")(x)))
            x = F.max_pool2d(x, 3, 2, 1) if self.wide else F.max_pool2d(x, 2, 2, ceil_mode=True)
            x = F.dropout2d(x, drop, self.training)
        return self.norm(x.flatten(1))


class TransposedDecoder(nn.Module):
    """mnist2021 and hetero2024: two transposed convolutions of stride 2, one of stride 1."""

    def __init__(self, n, first, filters, norms):
        super().__init__()
        self.first, self.norms, (a, b) = first, norms, filters
        self.dense = nn.Linear(n, 49 * first)
        up = lambda i, o: nn.ConvTranspose2d(i, o, 3, 2, 1, output_padding=1)
        self.conv1, self.conv2, self.conv3 = up(first, a), up(a, b), nn.ConvTranspose2d(b, 1, 3, 1, 1)
        if norms:
            self.bn1, self.bn2 = nn.BatchNorm2d(a, eps=1e-3, momentum=0.01), nn.BatchNorm2d(b, eps=1e-3, momentum=0.01)

    def forward(self, z):
        x = F.relu(self.conv1(F.relu(self.dense(z)).view(-1, self.first, 7, 7)))
        if self.norms:
            x = self.bn1(F.dropout2d(x, 0.4, self.training))
        x = F.relu(self.conv2(x))
        if self.norms:
            x = self.bn2(F.dropout2d(x, 0.2, self.training))
        return self.conv3(x).sigmoid()


class UpsamplingDecoder(nn.Module):
    """fashion2023."""

    def __init__(self, n):
        super().__init__()
        self.first, self.dense = n // 2, nn.Linear(n, 49 * (n // 2))
        self.conv1, self.bn1 = nn.Conv2d(n // 2, n, 3, padding=1), nn.BatchNorm2d(n, eps=1e-3, momentum=0.01)
        self.conv2, self.bn2 = nn.Conv2d(n, n // 2, 3, padding=1), nn.BatchNorm2d(n // 2, eps=1e-3, momentum=0.01)
        self.conv3 = nn.Conv2d(n // 2, 1, 3, padding=1)

    def forward(self, z):
        x = F.relu(self.dense(z)).view(-1, self.first, 7, 7)
        x = self.bn1(F.dropout2d(F.interpolate(F.relu(self.conv1(x)), scale_factor=2), 0.4, self.training))
        x = self.bn2(F.dropout2d(F.interpolate(F.relu(self.conv2(x)), scale_factor=2), 0.2, self.training))
        return self.conv3(x).sigmoid()


class Classifier(nn.Module):
    """Dense layers of the given widths, ReLU and dropout .4 after each, then ten logits."""

    def __init__(self, n, widths):
        super().__init__()
        self.hidden = len(widths)
        for k, (inputs, outputs) in enumerate(zip((n, *widths), (*widths, 10))):
            setattr(self, f"dense{k + 1}", nn.Linear(inputs, outputs))

    def forward(self, z):
        for k in range(self.hidden):
            z = F.dropout(F.relu(getattr(self, f"dense{k + 1}")(z)), 0.4, self.training)
        return getattr(self, f"dense{self.hidden + 1}")(z)


class Joint(nn.Module):
    """(logits, picture) of a batch of pictures."""

    def __init__(self, encoder, decoder, classifier):
        super().__init__()
        self.encoder, self.decoder, self.classifier = encoder, decoder, classifier
        for module in self.modules():
            # Keras' defaults: Glorot's uniform weights, biases of zero.
            if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
                nn.init.xavier_uniform_(module.weight)
                nn.init.zeros_(module.bias)

    def forward(self, x):
        z = self.encoder(x)
        return self.classifier(z), self.decoder(z)


def mnist(n=64):
    return Joint(MnistEncoder(n), TransposedDecoder(n, 32, (64, 32), False), Classifier(n, (128,)))


def fashion(n=64):
    return Joint(BlockEncoder(n, True, [0.4] * 5), UpsamplingDecoder(n), Classifier(n, (n, n)))


def hetero(n=64):
    return Joint(BlockEncoder(n, False, [0.5, 0.45, 0.4, 0.35, 0.3]), TransposedDecoder(n, n // 4, (n // 4, n // 16), True), Classifier(n, (n, n)))
