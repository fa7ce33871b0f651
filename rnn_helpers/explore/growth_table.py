"""What one pass over T steps costs in `rnn_helpers.growth`. Written by `python -m benchmarks growth`, not by hand.

D = 8, H = 64, B = 1, k = 25; medians on one core of AMD EPYC, NumPy 2.4.6.
"""

STEPS = [50, 100, 200, 400, 800, 1600, 3200]
MILLISECONDS = {'chunks': [0.4428, 0.7949, 1.5774, 3.11, 6.2145, 12.3074, 26.8785],
 'full': [0.312, 0.6216, 1.412, 2.3148, 5.0728, 9.9821, 20.6731],
 'sliding window': [0.6623, 1.1749, 2.1797, 4.8522, 9.8181, 21.1589, 41.4715]}
KILOBYTES = {'chunks': [80.4, 80.4, 80.5, 80.5, 80.5, 80.5, 80.5],
 'full': [92.9, 156.3, 273.0, 477.9, 887.5, 1706.7, 3345.1],
 'sliding window': [155.7, 309.3, 616.5, 1230.9, 2459.7, 4917.3, 9832.5]}
