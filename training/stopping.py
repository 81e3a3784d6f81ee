"""When training stops (entropic-memory.md section 6, the authors' rule)."""
import math


class Patience:
    """Measures of which more (sign 1) or less (-1) is better, in the order of their say; the loss comes last.

    Epochs 0..2 only store the weights. Later: wait + 1 where training is better than validation in any measure; else the first measure that
    improves on its best stores the weights and sets wait to 0; else wait + 1. At `limit` the stored weights are the result.
    """

    def __init__(self, limit, signs):
        self.limit, self.signs, self.wait, self.stored = limit, {**signs, "loss": -1}, 0, None
        self.best = {name: 0.0 if sign > 0 else math.inf for name, sign in self.signs.items()}

    def after(self, epoch, train, valid, state):
        """Whether to stop. Without a limit the last epoch counts."""
        copy = lambda: {name: value.detach().clone() for name, value in state.items()}
        if epoch < 3 or self.limit == 0:
            self.stored = copy()
            return False
        better = lambda name, a, b: self.signs[name] * a > self.signs[name] * b
        overfits = any(better(name, train[name], valid[name]) for name in self.signs)
        name = next((name for name in self.signs if better(name, valid[name], self.best[name])), None)
        if overfits or name is None:
            self.wait += 1
            return self.wait >= self.limit
        self.wait, self.best[name], self.stored = 0, valid[name], copy()
        return False
