"""A network of measurements, adjusted: every revision gets a level that fits all links and levels best.

A link says how much slower one revision is than another, a level how slow one is. As surveyors adjust a net
of measured distances, weighted least squares finds the levels, and their covariance follows from the errors.

Shapes: ``N`` revisions, ``L`` links, ``K`` levels, ``E`` environments. Values are logarithms.

Sources: F. R. Helmert, "Die Ausgleichungsrechnung nach der Methode der kleinsten Quadrate" (1872); the
test of single observations is W. Baarda, "A Testing Procedure for Use in Geodetic Networks" (1968).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse, special
from scipy.sparse import csgraph, linalg

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.intp]

COLUMNS = 256
"""Right sides that are solved at once."""

REDUNDANT = 1e-6
"""An observation with less redundancy than this is checked by no other."""

LEAST_ERROR = 1e-6
"""Nothing is known better than to a millionth. Smaller errors, as of counts that were equal in all rounds,
would make the equations singular."""

DOUBT = 0.01
"""The chance that any observation of a sound network is called contradictory."""


@dataclass(frozen=True, slots=True)
class Links:
    """``value`` is the log ratio of revisions, ``later`` over ``earlier``; ``error`` its standard error."""

    earlier: Indices  # (L,)
    later: Indices  # (L,)
    value: Floats  # (L,)
    error: Floats  # (L,) above 0


@dataclass(frozen=True, slots=True)
class Levels:
    """``value`` is the logarithm that a run of ``revision`` showed in an ``environment``."""

    revision: Indices  # (K,)
    environment: Indices  # (K,) from 0 to E - 1
    value: Floats  # (K,)
    error: Floats  # (K,) above 0


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A network whose levels are known. An environment is faster or slower than another by its own amount.

    Levels of one ``component`` can be compared. In each, ``value`` is relative to its first environment;
    where it has none, to its first revision.
    """

    value: Floats  # (N,)
    component: Indices  # (N,)
    dispersion: float  # squared residuals a degree of freedom: 1 where errors are right; NaN without any
    _solver: linalg.SuperLU
    _columns: Indices  # (N,) the unknown of each revision; -1 where it is fixed
    _design: sparse.csr_matrix  # (L + K, unknowns)
    _error: Floats  # (L + K,)
    _misfit: Floats  # (L + K,) what does not fit, in standard errors
    _links: int

    def change(self, earlier: int, later: int) -> tuple[float, float]:
        """Log ratio of two revisions and its standard error, which is infinite between components."""
        if self.component[earlier] != self.component[later]:
            return float("nan"), float("inf")
        return self.change_of_means(np.array([earlier]), np.array([later]))

    def change_of_means(self, earlier: Indices, later: Indices) -> tuple[float, float]:
        """Log ratio of the mean levels of two groups in one component, and its standard error."""
        difference = np.zeros(self._solver.shape[0])
        for group, sign in ((later, 1.0), (earlier, -1.0)):
            columns = self._columns[group]
            np.add.at(difference, columns[columns >= 0], sign / len(group))
        variance = float((difference * self._solver.solve(difference)).sum())
        return float(self.value[later].mean() - self.value[earlier].mean()), max(variance, 0.0) ** 0.5

    def standard_errors(self) -> Floats:
        """Of each revision's value, ``(N,)``."""
        variance = np.zeros(len(self.value))
        free = np.flatnonzero(self._columns >= 0)
        for part in np.array_split(free, max(1, -(-len(free) // COLUMNS))):
            right = np.zeros((self._solver.shape[0], len(part)))
            right[self._columns[part], np.arange(len(part))] = 1
            variance[part] = (right * self._solver.solve(right)).sum(axis=0)
        return np.asarray(np.sqrt(variance))

    def residuals(self) -> Floats:
        """Of links and levels, ``(L + K,)``, each over its standard error; NaN where nothing checks one.

        The time grows with revisions times observations.
        """
        starts = range(0, self._design.shape[0], COLUMNS)
        parts = [self._design[start : start + COLUMNS].toarray().T for start in starts]
        own = [(part * self._solver.solve(part)).sum(axis=0) for part in parts]
        redundancy = 1 - np.concatenate([np.zeros(0), *own]) / self._error**2
        scale = np.sqrt(np.maximum(redundancy, REDUNDANT))
        return np.where(redundancy > REDUNDANT, self._misfit / scale, np.nan)

    def contradictions(self) -> tuple[Indices, Indices]:
        """Links and levels that the rest of the network contradicts.

        One wrong observation spreads over its neighbours; the one with the largest residual is wrong first.
        """
        residuals = self.residuals()
        number = max(int(np.isfinite(residuals).sum()), 1)
        wrong = np.flatnonzero(np.abs(residuals) > float(special.ndtri(1 - DOUBT / 2 / number)))
        return wrong[wrong < self._links], wrong[wrong >= self._links] - self._links


def adjust(revisions: int, links: Links, levels: Levels) -> Adjustment:
    """Adjust the network of one operation and metric.

    Raises:
        ValueError: an error is not above 0, or a value is not finite.
    """
    given = np.concatenate((links.error, levels.error))
    observed = np.concatenate((links.value, levels.value))
    if not (np.isfinite(observed).all() and np.isfinite(given).all() and (given > 0).all()):
        raise ValueError("a network needs finite values, and errors above 0")
    error = np.maximum(given, LEAST_ERROR)
    full = _design(revisions, links, levels)
    component, fixed = _datum(revisions, full)
    columns = np.full(full.shape[1], -1)
    columns[~fixed] = np.arange((~fixed).sum())
    design = sparse.csr_matrix(full[:, ~fixed])
    weights = sparse.diags(1 / error**2)
    solver = linalg.splu(sparse.csc_matrix(design.T @ weights @ design))
    unknown = solver.solve(design.T @ (observed / error**2))
    value = np.zeros(full.shape[1])
    value[~fixed] = unknown
    misfit = (observed - design @ unknown) / error
    free = len(observed) - design.shape[1]
    dispersion = float(misfit @ misfit / free) if free > 0 else float("nan")
    parts = solver, columns[:revisions], design, error, misfit, len(links.value)
    return Adjustment(value[:revisions], component[:revisions], dispersion, *parts)


def _design(revisions: int, links: Links, levels: Levels) -> sparse.csr_matrix:
    """What each observation is made of: revisions first, environments after them."""
    rows = np.arange(len(links.value) + len(levels.value))
    first, second = rows[: len(links.value)], rows[len(links.value) :]
    environments = int(levels.environment.max(initial=-1)) + 1
    one, other = np.ones(len(first)), np.ones(len(second))
    data = np.concatenate((one, -one, other, other))
    row = np.concatenate((first, first, second, second))
    column = np.concatenate((links.later, links.earlier, levels.revision, revisions + levels.environment))
    return sparse.csr_matrix((data, (row, column)), shape=(len(rows), revisions + environments))


def _datum(revisions: int, design: sparse.csr_matrix) -> tuple[Indices, NDArray[np.bool_]]:
    """The component of each unknown, and those that are fixed at 0: one in each component.

    It is an environment where there is one.
    """
    joined = abs(design).T @ abs(design)
    count, component = csgraph.connected_components(joined, directed=False)
    fixed = np.zeros(design.shape[1], dtype=bool)
    order = np.concatenate((np.arange(revisions, design.shape[1]), np.arange(revisions)))
    _, first = np.unique(component[order], return_index=True)
    fixed[order[first]] = True
    assert fixed.sum() == count  # noqa: S101 - unique finds each component once
    return component.astype(np.intp), fixed
