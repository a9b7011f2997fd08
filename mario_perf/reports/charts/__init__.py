"""Charts as inline SVG, in two ways that were chosen by measuring on one core.

The forest plot, one a report, is drawn by Vega-Lite (``vl_convert``): 0.5 s to start, then 0.1 s. The two
small charts of each operation would take it 30 ms each, so 60 s for 1,000 operations; drawing their few
paths here takes well under a millisecond. Colours are classes or CSS variables, so that one drawing
serves light, dark and print.
"""
