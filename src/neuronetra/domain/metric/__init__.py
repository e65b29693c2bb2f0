"""The metric: areas under ROC curves, the score made of them, and how sure it is."""
