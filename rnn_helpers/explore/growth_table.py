"""What one pass over T steps costs in `rnn_helpers.growth`. Written by `python -m benchmarks growth`, not by hand.

D = 8, H = 64, B = 1, k = 25; medians on one core of AMD EPYC, NumPy 2.4.6.
"""

STEPS = [50, 100, 200, 400, 800, 1600, 3200]
MILLISECONDS = {'chunks': [0.7662, 0.746, 1.7276, 11.2133, 66.3807, 118.4452, 250.7964],
 'full': [0.3543, 8.7789, 10.1452, 26.4859, 49.1669, 116.9012, 189.0998],
 'sliding window': [0.6049, 21.3264, 32.6319, 33.3067, 62.9019, 240.314, 303.4937]}
KILOBYTES = {'chunks': [80.5, 80.4, 80.5, 80.5, 80.5, 80.5, 80.5],
 'full': [92.9, 156.3, 273.0, 477.9, 887.5, 1706.7, 3345.1],
 'sliding window': [155.9, 309.3, 616.5, 1230.9, 2459.7, 4917.3, 9832.5]}
