"""The three disjoint corpora of the entropic memories (entropic-memory.md sections 4, 7, 10): what the network is trained on, what a memory is filled with, what it is
asked. Pictures are the training file followed by the test file, in their order; fold f begins f tenths further on, around the end.

    mnist2021    57 / 33 / 10 % in the order of the data. The authors' filling corpus overlapped what the network had seen; here it does not.
    fashion2023  70 / 20 / 10 % after one shuffle of everything
    hetero2024   70 / 20 / 10 % of every class by itself, then each corpus shuffled

A shuffle is the order of mix(seed + position * 0x9e3779b9) mod 2^32 (Murmur3's finaliser), so that other languages have it in three lines; SHUFFLE is the seed.
"""
import numpy as np

SHUFFLE = 2023
TRAIN, FILL, TEST = range(3)


def order(count, seed=SHUFFLE):
    """A permutation of 0..count-1, the same in every language."""
    with np.errstate(over="ignore"):
        h = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(seed)
        h ^= h >> np.uint32(16)
        h *= np.uint32(0x85EBCA6B)
        h ^= h >> np.uint32(13)
        h *= np.uint32(0xC2B2AE35)
        h ^= h >> np.uint32(16)
    return np.argsort(h, kind="stable")


def cut(positions, fold, train, fill):
    """Three consecutive parts of positions, from `fold` tenths on; sizes in per cent, rounded down, the last takes the rest."""
    turned = np.roll(positions, -(len(positions) * fold // 10))
    a = len(positions) * train // 100
    b = a + len(positions) * fill // 100
    return turned[:a], turned[a:b], turned[b:]


def corpora(kind, labels, fold=0):
    """Positions of the three corpora, in the order in which they are used."""
    everything = np.arange(len(labels))
    if kind == "mnist2021":
        return cut(everything, fold, 57, 33)
    if kind == "fashion2023":
        return cut(order(len(labels)), fold, 70, 20)
    classes = [cut(everything[labels == c], fold, 70, 20) for c in range(10)]
    joined = [np.concatenate([parts[k] for parts in classes]) for k in range(3)]
    return tuple(part[order(len(part), SHUFFLE + k)] for k, part in enumerate(joined))
