"""The drummer: data sets, the network, training and sampling."""
