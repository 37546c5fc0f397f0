"""Survival after cardiac arrest as published functions of the response time, to weigh minutes by what they cost.

Only a small share of the most urgent incidents are arrests, so what is told is survivors per 1,000 incidents *as if* each were
one: whether minutes were saved where they count, and never how many lives were. With t the response time in minutes:

    de_maio_2003     1 / (1 + exp(0.679 + 0.262 t))
                     De Maio, Stiell, Wells, Spaite 2003, Annals of Emergency Medicine 42(2), 242-250, doi:10.1067/mem.2003.266

    larsen_1993      max(0, 0.67 - 0.023 c - 0.011 d - 0.021 a), minutes to CPR, defibrillation and advanced care
                     Larsen, Eisenberg, Cummins, Hallstrom 1993, Annals of Emergency Medicine 22(11), 1652-1658,
                     doi:10.1016/s0196-0644(05)81302-2. One clock cannot tell three times: here c = d = a = t, the 5.5 points
                     a minute that its abstract gives for whoever is not treated before.

    valenzuela_1997  1 / (1 + exp(-0.260 + 0.106 c + 0.139 d)), minutes to CPR and to defibrillation
                     Valenzuela, Roe, Cretin, Spaite, Larsen 1997, Circulation 96(10), 3308-3313,
                     doi:10.1161/01.cir.96.10.3308. Here c = 0, CPR under guidance from the first minute, and d = t.

Others quote the third with +0.260, which is lower by 12 in 100 at 4 minutes; which sign its authors printed was not checked in
their paper. A verdict should therefore hold under all three. May import numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt


def de_maio_2003(minutes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Survival to discharge by the minutes to a crew with a defibrillator."""
    return 1.0 / (1.0 + np.exp(0.679 + 0.262 * minutes))


def larsen_1993(minutes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Survival to discharge where CPR, defibrillation and advanced care begin together."""
    return np.maximum(0.0, 0.67 - (0.023 + 0.011 + 0.021) * minutes)


def valenzuela_1997(minutes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Survival to discharge of witnessed fibrillation where CPR begins at once, by the minutes to defibrillation."""
    return 1.0 / (1.0 + np.exp(-0.260 + 0.139 * minutes))


SURVIVAL: Mapping[str, Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]] = {
    each.__name__: each for each in (de_maio_2003, larsen_1993, valenzuela_1997)
}
"""Every function by the name under which a figure asks for it."""


def survivors_per_1000(function: str, response_s: npt.NDArray[np.float64]) -> float:
    """The mean of a survival function over response times, times a thousand; NaN of none."""
    return 1000.0 * float(SURVIVAL[function](response_s / 60.0).mean()) if len(response_s) else float("nan")
