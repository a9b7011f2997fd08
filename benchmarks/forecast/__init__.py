"""How often does the interval of a forecast hold the truth?"""
